//! HTTP in, HTTP out: the whole API on one screen. Writes only through `flows`.

use actix_web::web;
use utoipa::OpenApi as _;
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};

use crate::app::App;
use crate::flows::transition::Setting;

pub mod access_log;
pub mod approvals;
pub mod audit;
pub mod body;
pub mod breaches;
pub mod calendar;
pub mod caller;
pub mod case_numbers;
pub mod cases;
pub mod clients;
pub mod compliance;
pub mod credentials;
pub mod data_requests;
pub mod deadlines;
pub mod deliveries;
pub mod docs;
pub mod duplicates;
pub mod extract;
pub mod file_write;
pub mod files;
pub mod health;
pub mod identities;
pub mod me;
pub mod my_report;
pub mod network;
pub mod oauth;
pub mod officer_write;
pub mod officers;
pub mod once;
pub mod openapi;
pub mod page;
pub mod pages;
pub mod problem;
pub mod problem_pages;
pub mod query;
pub mod recusals;
pub mod reference;
pub mod refusal;
pub mod reporter_write;
pub mod reports;
pub mod retention;
pub mod review_requests;
pub mod sanctions;
pub mod sessions;
pub mod single_sign_on;
pub mod subjects;
mod trace;
pub mod tracks;
pub mod unmatched;
pub mod views;
pub mod workflow;
pub mod written;

/// Every operation in openapi.yaml.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        // what is asked for most: the router tries one after the other
        .service(reports::submit_report)
        .service(cases::get_case)
        .service(cases::fire_transition)
        // the public
        .service(reports::get_report_status)
        .service(my_report::open_reporter_session)
        .service(my_report::list_my_messages)
        .service(my_report::post_my_message)
        .service(identities::list_my_identity_looks)
        .service(data_requests::make_data_request)
        .service(data_requests::list_my_data_requests)
        .service(data_requests::get_my_data)
        .service(data_requests::correct_my_particulars)
        .service(data_requests::set_my_consent)
        .service(my_report::show_email_confirmation)
        .service(my_report::confirm_email)
        // officers
        .service(sessions::sign_in)
        .service(sessions::refresh_session)
        .service(sessions::get_jwks)
        .service(oauth::get_client_token)
        .service(oauth::get_oauth_metadata)
        .service(single_sign_on::start_single_sign_on)
        .service(single_sign_on::finish_single_sign_on)
        .service(single_sign_on::end_single_sign_on)
        .service(credentials::accept_invitation)
        .service(credentials::offer_second_factor)
        .service(credentials::confirm_second_factor)
        .service(me::get_me)
        .service(me::end_sign_in)
        .service(me::change_password)
        .service(cases::list_cases)
        .service(cases::list_case_events)
        .service(cases::list_case_messages)
        .service(review_requests::list_review_requests)
        .service(review_requests::refuse_review)
        .service(deadlines::list_case_deadlines)
        .service(deadlines::count_deadlines)
        .service(recusals::declare_recusal)
        .service(subjects::correct_subject_unit)
        .service(subjects::join_subject_persons)
        .service(subjects::correct_conduct_phase)
        .service(duplicates::list_duplicates)
        .service(duplicates::link_case)
        .service(duplicates::split_case)
        .service(approvals::list_waiting_approvals)
        .service(approvals::list_approvals)
        .service(approvals::decide_approval)
        .service(tracks::take_track_step)
        .service(tracks::list_tracks)
        .service(sanctions::list_sanctions)
        .service(compliance::list_compliance)
        .service(files::upload_case_file)
        .service(files::list_case_files)
        .service(files::get_case_file)
        // the privacy officer
        .service(access_log::list_access_log)
        .service(access_log::list_access_flags)
        .service(access_log::review_access_flag)
        .service(audit::get_audit_checkpoint)
        .service(identities::request_identity)
        .service(identities::list_identity_requests)
        .service(identities::decide_identity_request)
        .service(identities::open_identity)
        // data protection
        .service(retention::set_legal_hold)
        .service(retention::list_legal_holds)
        .service(retention::lift_legal_hold)
        .service(retention::list_purge_proposals)
        .service(retention::decide_purge_proposal)
        .service(data_requests::list_data_requests)
        .service(data_requests::decide_data_request)
        .service(breaches::register_breach)
        .service(breaches::list_breaches)
        .service(breaches::record_breach_step)
        // everyone
        .service(workflow::get_workflow)
        .service(reference::list_violation_forms)
        .service(reference::list_catalogue_sanctions)
        .service(reference::list_dismissal_codes)
        .service(reference::list_closure_reasons)
        .service(reference::list_transfer_bodies)
        .service(reference::list_sanction_authorities)
        .service(reference::list_deadline_rules)
        .service(reference::list_regions)
        .service(reference::list_agencies)
        .service(reference::list_election_events)
        .service(calendar::get_calendar)
        .service(calendar::list_law_changes)
        // those who run it
        .service(calendar::put_calendar_day)
        .service(calendar::take_out_calendar_day)
        .service(calendar::set_calendar_year)
        .service(officers::appoint_officer)
        .service(officers::list_officers)
        .service(officers::get_officer)
        .service(officers::invite_officer)
        .service(officers::give_seat)
        .service(officers::end_seat)
        .service(officers::disable_officer)
        .service(officers::enable_officer)
        .service(officers::set_officer_numbers)
        .service(clients::register_client)
        .service(clients::list_clients)
        .service(clients::get_client)
        .service(clients::renew_client_secret)
        .service(clients::disable_client)
        .service(clients::enable_client)
        .service(deliveries::list_deliveries)
        .service(deliveries::resend_delivery)
        .service(health::get_livez)
        .service(health::get_readyz);
}

/// Pages about the API: not operations of it.
pub fn pages(config: &mut web::ServiceConfig) {
    config.configure(docs::mount).configure(problem_pages::mount);
}

/// Names of the schemas that bodies are read by, beside the inputs of the verbs.
pub const BODIES: &[&str] = &[
    "NewReport",
    "NewReporterSession",
    "NewMessage",
    "ReporterContact",
    "NewSession",
    "SessionRefresh",
    "InvitationAcceptance",
    "NewSecondFactor",
    "SecondFactorConfirmation",
    "PasswordChange",
    "ApprovalDecision",
    "NewRecusal",
    "ReviewRefusal",
    "SubjectUnit",
    "SamePerson",
    "CorrectedPhase",
    "NewCaseLink",
    "NewSplit",
    "NewOfficer",
    "NewSeat",
    "OfficerReason",
    "NewClient",
    "OfficerNumbers",
    "TrackStep",
    "FlagReview",
    "NewIdentityRequest",
    "IdentityDecision",
    "NewLegalHold",
    "HoldLift",
    "PurgeDecision",
    "NewDataRequest",
    "Consent",
    "DataRequestDecision",
    "NewBreach",
    "NewBreachStep",
    "NewCalendarDay",
    "NewCalendarYear",
];

/// The OpenAPI document, made without a database.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) =
        actix_web::App::new().into_utoipa_app().openapi(openapi::ApiDoc::openapi()).configure(routes).split_for_parts();
    openapi::finish(&mut document);
    document
}

/// The time and the rules a deed is done with.
pub fn setting(app: &App) -> Setting {
    Setting {
        now: app.clock.now(),
        quiet: chrono::Duration::minutes(app.config.mail_quiet_minutes.into()),
        vault: app.vault.clone(),
        keys: app.keys.clone(),
        laws: app.laws.clone(),
    }
}
