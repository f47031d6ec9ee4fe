//! A standard case in any state, a standard body for every verb and a standard officer for every role: what tests of the
//! bare domain work on. Nothing here touches a database.

use chrono::{DateTime, NaiveDate, Utc};
use netral::domain::action::{
    Accept, Action, AppealKind, AppealOutcome, Ask, BawasluSkipReason, BreachResult, CancelOnAppeal, Close, Conclude,
    ConfirmedSubject, Contest, DecideAppeal, DepartureKind, Dismiss, Document, Employment, FileAppeal, Finding,
    ImposeSanction, Merge, NamedForm, Reasoned, ReassignAgency, Recall, RecordBreach, RecordDeparture, RecordNoBreach,
    Refer, ReferDirectly, Reopen, ReopenGround, ReportUnproven, ReturnReferral, ReturnResult, SendRecommendation,
    TakeEffect, TransferOut, Unproven, Verb, Withdraw,
};
use netral::domain::actor::{Actor, Officer, Role, Scope};
use netral::domain::case::{
    Case, CaseFacts, Category, ClosureReason, ConductPhase, DismissalCode, ElectionRegime, KnownReport, MasterFacts,
    OfficerIds, ReferralKind, ReportFacts, State, Subject, SubjectResolution,
};
use netral::domain::confidential::Confidential;
use netral::domain::frozen::FrozenForm;
use netral::domain::guards::Named;
use netral::domain::marks::Marks;
use netral::domain::sanction::{AppliesTo, CatalogueSanction, StandingSanction};
use netral::domain::tracks::driven::DRIVEN;
use netral::domain::tracks::rules::{Datum, TRACK_RULES};
use netral::domain::tracks::{StopReason, Track, TrackState, TrackStates, TrackStep};
use uuid::Uuid;

/// The subject's agency, which also reviews: every seat of the standard officers is there.
pub const AGENCY: Uuid = Uuid::from_u128(0xA);
/// Another agency.
pub const OTHER_AGENCY: Uuid = Uuid::from_u128(0xB);
/// The case merges lead to.
pub const MASTER: Uuid = Uuid::from_u128(0xC);

/// When everything happens: a Friday morning in Jakarta.
pub fn now() -> DateTime<Utc> {
    day(2026, 11, 20).and_hms_opt(3, 0, 0).unwrap().and_utc()
}

/// A day.
pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The officer with this role; `person` tells several of them apart.
pub fn officer(role: Role, person: u128) -> Actor {
    let id = Uuid::from_u128(((role as u128) << 8) + person);
    Actor::Officer(Officer {
        officer_id: id,
        seat_id: id,
        role,
        agency_id: AGENCY,
        region_code: "15".to_owned(),
        marks: Marks::default(),
        scopes: Scope::ALL.to_vec(),
    })
}

/// The reporter of the standard case.
pub fn reporter() -> Actor {
    Actor::Reporter { report_id: Uuid::from_u128(0xD) }
}

/// A case that has come as far as this state by the usual way, within reach of every seat.
pub fn case(state: State) -> CaseFacts {
    let sanctioned = matches!(state, State::SanctionDecided | State::Appeal | State::Monitoring | State::Closed);
    let result = Some(ClosureReason::ProvenSanctioned);
    CaseFacts {
        case: Case {
            id: Uuid::from_u128(0xE),
            case_number: "REG-BKN-2026-1000001".to_owned(),
            version: 7,
            state,
            state_since: day(2026, 11, 1).and_hms_opt(3, 0, 0).unwrap().and_utc(),
            return_state: (state == State::AwaitingReporter).then_some(State::Triage),
            reply_due_on: (state == State::AwaitingReporter).then_some(day(2026, 11, 19)),
            election_regime: ElectionRegime::Pemilihan,
            region_code: "15.71".to_owned(),
            agency_id: Some(AGENCY),
            reviewing_agency_id: Some(AGENCY),
            owner_id: None,
            category: Some(Category::Discipline),
            conduct_phase: Some(ConductPhase::Campaign),
            conflict_of_interest: false,
            inspectorate_concluded: true,
            no_reporter_response: false,
            referral_kind: Some(ReferralKind::PreliminaryInformation),
            bawaslu_result: None,
            addressed: true,
            contest_count: 0,
            proposed_weight: Some(200),
            heaviest_proposed: Some(200),
            sanction_code: sanctioned.then(|| "S1".to_owned()),
            delivered_on: None,
            administrative_result: result.filter(|_| matches!(state, State::Monitoring | State::Closed)),
            closure_reason: result.filter(|_| state == State::Closed),
            dismissal_code: None,
            tracks: tracks(state),
            master_case_id: None,
            reopen_count: 0,
            event_seq: 7,
            event_hash: vec![0; 32],
            bawaslu_until: None,
            next_due_at: None,
            excluded_officers: OfficerIds::default(),
            barred_marks: Marks::default(),
            violation_forms: None,
            split_from: None,
            created_at: day(2026, 10, 1).and_hms_opt(3, 0, 0).unwrap().and_utc(),
        },
        subject: Subject {
            case_id: Uuid::from_u128(0xE),
            name: Some(Confidential::new("Terlapor Uji".to_owned())),
            nip: Some(Confidential::new("198609262015051001".to_owned())),
            nik: None,
            position: None,
            agency_text: Some("Dinas Uji".to_owned()),
            work_unit: None,
            resolution: SubjectResolution::Confirmed,
            employment: Some(Employment::Pns),
            person_id: None,
            nip_index: None,
            nik_index: None,
            typed_agency_id: None,
        },
        reports: Some(ReportFacts {
            count: 1,
            withdrawals: 1,
            formal_reporter: false,
            merged_reports: 0,
            known_of_merged: Vec::new(),
            occurred: Some((day(2026, 9, 28), day(2026, 9, 28))),
            known: vec![KnownReport { id: Uuid::from_u128(0xD), known_on: day(2026, 9, 29) }],
        }),
        act_day: Some(day(2026, 9, 28)),
        master: Some(MasterFacts {
            conflict_of_interest: false,
            id: MASTER,
            agency_id: Some(AGENCY),
            reviewing_agency_id: Some(AGENCY),
            state: State::Triage,
            concluded: false,
            merged: false,
            same_subject: true,
            overlapping: true,
            tracks: TrackStates::default(),
        }),
        clocks: Vec::new(),
        law_version: 1,
        drafts_wait: false,
        is_master: false,
    }
}

/// Where the tracks of such a case stand.
fn tracks(state: State) -> TrackStates {
    let mut tracks = TrackStates::default();
    match state {
        State::BawasluReferral => tracks.referral = TrackState::Sent,
        State::SanctionDecided => tracks.discipline = TrackState::Decided,
        State::Appeal => (tracks.discipline, tracks.appeal) = (TrackState::Delivered, TrackState::Filed),
        State::Monitoring | State::Closed => tracks.discipline = TrackState::InForce,
        _ => {}
    }
    tracks
}

/// Every state a track can be in, by its tables.
pub fn states_of(track: Track) -> Vec<TrackState> {
    let rules = TRACK_RULES.iter().filter(|rule| rule.track == track);
    let mut states: Vec<TrackState> = rules.flat_map(|rule| rule.from.iter().chain([&rule.to])).copied().collect();
    states.extend(DRIVEN.iter().filter(|line| line.track == track).flat_map(|line| line.to));
    states.push(TrackState::None);
    states.sort_unstable();
    states.dedup();
    states
}

/// A step with the data its rule needs, and no more.
pub fn step(track: Track, to: TrackState) -> TrackStep {
    let rule = TRACK_RULES.iter().find(|rule| rule.track == track && rule.to == to);
    let needs = |datum| rule.is_some_and(|rule| rule.needs.contains(&datum));
    let sanction = || match to {
        TrackState::MoralSanctionClosed => moral("MORAL_CLOSED"),
        TrackState::MoralSanctionOpen => moral("MORAL_OPEN"),
        _ => impose_sanction(),
    };
    TrackStep {
        to,
        document: needs(Datum::Document).then(letter),
        day: needs(Datum::Day).then(|| day(2026, 11, 19)),
        reason: needs(Datum::Reason).then(|| REASON.to_owned()),
        stop_reason: needs(Datum::StopReason).then_some(StopReason::Evidence),
        temporary_release: None,
        admin_action_recommended: None,
        sanction_code: needs(Datum::SanctionCode).then(|| "R2".to_owned()),
        sanction: needs(Datum::Sanction).then(sanction),
    }
}

/// What the catalogue says of a sanction of this level.
pub fn entry(level: &str) -> CatalogueSanction {
    CatalogueSanction {
        valid_from: day(2021, 8, 31),
        level: level.to_owned(),
        title_id: "Sanksi uji".to_owned(),
        title_en: "Test sanction".to_owned(),
        basis: None,
        months: None,
        applies_to: AppliesTo::Asn,
    }
}

fn moral(code: &str) -> ImposeSanction {
    ImposeSanction { category: Category::Ethics, sanction_code: code.to_owned(), ..impose_sanction() }
}

/// What the codes of the standard bodies stand for.
pub fn named(verb: Verb) -> Named {
    Named {
        reviewer_is_above: true,
        agency_id: Some(if verb == Verb::ReassignAgency { OTHER_AGENCY } else { AGENCY }),
        reviewing_agency_id: Some(AGENCY),
        sanction: Some((Category::Discipline, 201)),
        standing: vec![StandingSanction {
            id: Uuid::from_u128(0xF),
            category: Category::Discipline,
            sanction_code: "S1".to_owned(),
            level: "medium".to_owned(),
            weight: None,
            acts: Vec::new(),
            remedy: None,
            version: 1,
            sk_date: None,
            start_on: None,
            idis_ref: None,
            challenged: false,
        }],
        lightest_proposed: Some(200),
        heaviest_proposed: Some(200),
        violation_forms: vec![FrozenForm {
            code: "DIS-06".to_owned(),
            category: Category::Discipline,
            title_id: "Bentuk uji".to_owned(),
            title_en: "Test form".to_owned(),
            source_decree: "SKB".to_owned(),
            valid_from: day(2022, 9, 22),
            sanction_codes: vec!["S1".to_owned()],
        }],
        law: crate::law::law(),
        ..Named::default()
    }
}

const REASON: &str = "Alasan yang cukup panjang untuk berkas perkara.";
const WORDING: &str = "Laporan Anda telah selesai ditindaklanjuti.";

fn letter() -> Document {
    Document { number: "B/12/XI/2026".to_owned(), dated: day(2026, 11, 19), file: None }
}

fn reasoned() -> Reasoned {
    Reasoned { reason: REASON.to_owned() }
}

fn unproven() -> Unproven {
    Unproven { reason: REASON.to_owned(), public_wording: WORDING.to_owned() }
}

fn breach() -> RecordBreach {
    RecordBreach { result: BreachResult::OtherLawBreach, letter: letter() }
}

fn reopen() -> Reopen {
    Reopen { ground: ReopenGround::NewEvidence, reason: REASON.to_owned() }
}

fn accept() -> Accept {
    Accept {
        subject: ConfirmedSubject {
            name: Some("Terlapor Uji".to_owned()),
            nip: Some("198609262015051001".to_owned()),
            nik: None,
            position: None,
            work_unit: None,
            employment: Employment::Pns,
        },
        agency_code: "PEMDA1571".to_owned(),
        reviewing_agency_code: "PEMDA1571".to_owned(),
        category: Category::Discipline,
        conduct_phase: ConductPhase::Campaign,
        election_regime: ElectionRegime::Pemilihan,
        protected_position: None,
        conflict_of_interest: false,
        phase_reason: None,
        same_person_as: None,
    }
}

fn send_recommendation() -> SendRecommendation {
    SendRecommendation {
        violation_forms: vec![NamedForm { code: "DIS-06".to_owned(), category: Category::Discipline }],
        proposed_sanctions: vec!["S1".to_owned()],
        position_level: None,
        addressee_agency_code: "PEMDA1571".to_owned(),
        addressee_confirmed: true,
        addressee_email: Some("persuratan@kota.example".to_owned()),
        letter: letter(),
        evidence_redacted: true,
        further_contest_allowed: false,
    }
}

fn impose_sanction() -> ImposeSanction {
    ImposeSanction {
        category: Category::Discipline,
        sanction_code: "S2".to_owned(),
        decision: letter(),
        deciding_official: "Wali Kota Jambi".to_owned(),
        legal_basis: "PP 94/2021 Pasal 14 huruf i".to_owned(),
        examination_record: letter(),
        below_range_explanation: None,
        acts: None,
        months: None,
        punishment_reason: None,
        remarks: None,
        authority: None,
        position_level: None,
    }
}

/// A body that the standard case in a fitting state accepts.
pub fn action(verb: Verb) -> Action {
    let (reason, public_wording) = (REASON.to_owned(), WORDING.to_owned());
    match verb {
        Verb::Take => Action::Take,
        Verb::Ask => {
            Action::Ask(Ask { questions: vec!["Di mana unggahan itu?".to_owned()], answer_by: day(2026, 11, 27) })
        }
        Verb::Answer => Action::Answer,
        Verb::ExpireQuestion => Action::ExpireQuestion,
        Verb::Accept => Action::Accept(accept()),
        Verb::ReferDirectly => Action::ReferDirectly(ReferDirectly {
            referral_kind: ReferralKind::PreliminaryInformation,
            election_regime: ElectionRegime::Pemilihan,
            reviewing_agency_code: "PEMDA1571".to_owned(),
            agency_code: None,
            protected_position: None,
            conflict_of_interest: false,
        }),
        Verb::Dismiss => {
            Action::Dismiss(Dismiss { dismissal_code: DismissalCode::InsufficientEvidence, reason, public_wording })
        }
        Verb::Merge => {
            Action::Merge(Merge { master_case_number: "REG-BKN-2026-1000002".to_owned(), reason, further_act: false })
        }
        Verb::TransferOut => Action::TransferOut(TransferOut {
            receiving_body_code: "TNI_POLRI".to_owned(),
            receiving_email: Some("persuratan@tni.example".to_owned()),
            letter: letter(),
            reason,
        }),
        Verb::Refer => Action::Refer(Refer {
            referral_kind: ReferralKind::PreliminaryInformation,
            findings_summary: REASON.to_owned(),
        }),
        Verb::Conclude => Action::Conclude(Conclude {
            findings: vec![Finding { act: "Unggahan kampanye".to_owned(), proven: true, category: None }],
            inspection_report: letter(),
            bawaslu_skip_reason: Some(BawasluSkipReason::OutOfTime),
            bawaslu_letter: Some(letter()),
        }),
        Verb::FindUnproven => Action::FindUnproven(unproven()),
        Verb::ReturnReferral => {
            Action::ReturnReferral(ReturnReferral { result: ReturnResult::NeedsAgencyExamination, letter: letter() })
        }
        Verb::RecordBreach => Action::RecordBreach(breach()),
        Verb::RecordBreachForReview => Action::RecordBreachForReview(breach()),
        Verb::RecordBreachAsSufficient => Action::RecordBreachAsSufficient(breach()),
        Verb::RecordNoBreach => Action::RecordNoBreach(RecordNoBreach { letter: letter() }),
        Verb::Recall => Action::Recall(Recall { reason, error: true }),
        Verb::RequestMoreWork => Action::RequestMoreWork(reasoned()),
        Verb::SendRecommendation => Action::SendRecommendation(send_recommendation()),
        Verb::RecommendNothing => Action::RecommendNothing(unproven()),
        Verb::Contest => Action::Contest(Contest { reason, letter: letter() }),
        Verb::ReassignAgency => {
            Action::ReassignAgency(ReassignAgency { agency_code: "PEMDA15".to_owned(), addressee_email: None, reason })
        }
        Verb::ImposeSanction => Action::ImposeSanction(impose_sanction()),
        Verb::ReportUnproven => {
            Action::ReportUnproven(ReportUnproven { examination_record: letter(), reason, public_wording })
        }
        Verb::FileAppeal => Action::FileAppeal(FileAppeal {
            kind: AppealKind::AdministrativeAppeal,
            filed_on: day(2026, 11, 19),
            body: "BPASN".to_owned(),
            delivered_on: None,
            against_version: None,
            late_filing_reason: None,
        }),
        Verb::TakeEffect => {
            Action::TakeEffect(TakeEffect { delivered_on: day(2026, 11, 1), early_effect_reason: None })
        }
        Verb::DecideAppeal => Action::DecideAppeal(DecideAppeal {
            outcome: AppealOutcome::Upheld,
            decision: letter(),
            sanction_code: None,
        }),
        Verb::CancelOnAppeal => Action::CancelOnAppeal(CancelOnAppeal { decision: letter(), public_wording }),
        Verb::Close => {
            Action::Close(Close { idis_ref: Some("IDIS-1".to_owned()), registrations: None, public_wording })
        }
        Verb::RecordDeparture => Action::RecordDeparture(RecordDeparture {
            kind: DepartureKind::Retired,
            departed_on: day(2026, 11, 1),
            proof: letter(),
        }),
        Verb::Withdraw => Action::Withdraw(Withdraw { no_reason_to_continue: true, reason }),
        Verb::ReopenTriage => Action::ReopenTriage(reopen()),
        Verb::ReopenReview => Action::ReopenReview(reopen()),
        Verb::Unmerge => Action::Unmerge(reasoned()),
    }
}
