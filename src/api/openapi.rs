//! The frame of openapi.yaml: title, security, tags, and the problems every operation can answer with. Operations and
//! their schemas come from the handlers; none is described here.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AdditionalProperties, Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Object, OpenApi, Ref, RefOr};
use utoipa::{IntoResponses, Modify};

use crate::api::problem::{CurrentVersion, FailedGuard, FieldError, MEDIA_TYPE, Problem, ProblemBody, ProblemCode};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::ids::Language;

/// The document without its operations: start the app with it (`.into_utoipa_app().openapi(ApiDoc::openapi())`) and
/// pass the collected document through [`finish`].
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "netral",
        description = "Takes reports of breaches of civil-servant (ASN) neutrality and carries each case to its decision.\n\n\
            Menerima laporan pelanggaran netralitas ASN dan mengantar setiap perkara sampai keputusannya.\n\n\
            Every refusal is a problem (RFC 9457) whose `type` leads to a page that explains it, in Indonesian \
            (default) or English by `Accept-Language`. Codes and values of enumerations are never translated. Times are \
            RFC 3339 in UTC.\n\n\
            Setiap penolakan berbentuk problem (RFC 9457); `type` menunjuk halaman penjelasannya, dalam bahasa Indonesia \
            (baku) atau Inggris menurut `Accept-Language`. Kode dan nilai enumerasi tidak diterjemahkan.",
    ),
    components(schemas(ProblemBody, FieldError, FailedGuard, CurrentVersion)),
    modifiers(&Frame),
    tags(
        (name = "reports", description = "For the public: sending a report, asking for its status. / Untuk masyarakat: mengirim laporan dan menanyakan statusnya."),
        (name = "mailbox", description = "For the reporter with number and access code: messages with the officer. / Untuk pelapor: percakapan dengan petugas."),
        (name = "session", description = "Signing in and out. / Masuk dan keluar."),
        (name = "cases", description = "For officers: the cases and their transitions. / Untuk petugas: perkara dan tahapannya."),
        (name = "files", description = "For officers: the files of documents. / Untuk petugas: berkas dokumen."),
        (name = "approvals", description = "For officers: what waits for a second officer. / Untuk petugas: pengajuan yang menunggu persetujuan."),
        (name = "privacy", description = "For the privacy officer: who looked at what. / Untuk pejabat pelindungan data pribadi: siapa membaca apa."),
        (name = "identities", description = "Opening who reported, with a reason and a second person's approval. / Pembukaan identitas pelapor."),
        (name = "data-protection", description = "For the privacy officer: holds, purges, data requests, breaches. / Untuk pejabat pelindungan data pribadi."),
        (name = "reference", description = "Agencies, regions, catalogues, labels in both languages. / Instansi, wilayah, katalog, dan label."),
        (name = "officers", description = "For administrators: officers and their seats. / Untuk administrator: petugas dan jabatannya."),
        (name = "clients", description = "For system administrators: other systems and their secrets. / Untuk administrator sistem: sistem klien."),
        (name = "service", description = "State of the service itself. / Keadaan layanan."),
    )
)]
pub struct ApiDoc;

struct Frame;

impl Modify for Frame {
    fn modify(&self, document: &mut OpenApi) {
        document.info.version = env!("CARGO_PKG_VERSION").to_owned();
        let mut license = utoipa::openapi::License::new(env!("CARGO_PKG_LICENSE"));
        license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
        document.info.license = Some(license);
        let components = document.components.get_or_insert_default();
        let mut scheme = |name: &str, kind: HttpAuthScheme, format: Option<&str>, description: &str| {
            let mut http = Http::new(kind);
            http.description = Some(description.to_owned());
            http.bearer_format = format.map(str::to_owned);
            components.security_schemes.insert(name.to_owned(), RefOr::T(SecurityScheme::Http(http)));
        };
        let jwt = "Token of an officer, from signing in, or of a machine client, from /oauth/token. / Token petugas atau sistem klien.";
        scheme("officer", HttpAuthScheme::Bearer, Some("JWT"), jwt);
        scheme(
            "client",
            HttpAuthScheme::Basic,
            None,
            "Id and secret of a machine client. / Identitas dan rahasia sistem klien.",
        );
        scheme(
            "reporter",
            HttpAuthScheme::Bearer,
            None,
            "Token of a reporter's session, from number and access code. / Token sesi pelapor.",
        );
        document.servers = Some(vec![utoipa::openapi::Server::new("/")]);
        let statuses = ProblemCode::ALL.iter().map(|code| code.status()).filter(reaches_an_operation);
        components.responses.extend(statuses.map(|status| (name_of(status), RefOr::T(response(status)))));
    }
}

/// Whether an operation answers with it; the others refuse requests that reach none.
fn reaches_an_operation(status: &StatusCode) -> bool {
    !matches!(status.as_u16(), 405 | 406 | 414)
}

fn name_of(status: StatusCode) -> String {
    format!("Problem{}", status.as_u16())
}

/// The response of one status: every code it may carry, each with an example.
fn response(status: StatusCode) -> Response {
    let codes: Vec<ProblemCode> = ProblemCode::ALL.iter().copied().filter(|code| code.status() == status).collect();
    let list: Vec<String> =
        codes.iter().map(|c| format!("`{}`: {}", c.as_str(), c.words(Language::English).meaning)).collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("ProblemBody")))
        .examples_from_iter(codes.iter().map(|code| {
            let summary = code.words(Language::English).title;
            (
                code.as_str(),
                utoipa::openapi::example::ExampleBuilder::new().summary(summary).value(Some(example(*code))).build(),
            )
        }))
        .build();
    let text = |description: &str| {
        let schema = Object::with_type(SchemaType::Type(Type::String));
        HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
    };
    let response = ResponseBuilder::new()
        .description(list.join("\n\n"))
        .content(MEDIA_TYPE, content)
        .header("Content-Language", text("The language of title and detail: id or en."));
    match status.as_u16() {
        401 => response.header("WWW-Authenticate", text("The challenge: Bearer.")),
        405 => response.header("Allow", text("The methods there are.")),
        412 => response.header("ETag", text("The version the case has now.")),
        429 | 503 => response.header("Retry-After", text("Seconds to wait.")),
        _ => response,
    }
    .build()
}

/// What the body of a problem looks like, for documents and pages.
pub fn example(code: ProblemCode) -> Value {
    example_in(code, Language::Indonesian)
}

/// The same in a language.
pub fn example_in(code: ProblemCode, language: Language) -> Value {
    let fault = |pointer: &str, fault| vec![FieldFault::new(pointer, fault)];
    let problem = Problem::new(code);
    let problem = match code {
        ProblemCode::InvalidInput => problem.faults(fault("/conduct/place", Fault::Required)),
        ProblemCode::InvalidParameter => problem.faults(fault("colour", Fault::UnknownField)),
        ProblemCode::InvalidIdempotencyKey => problem.faults(fault("Idempotency-Key", Fault::BadFormat)),
        ProblemCode::GuardFailed => problem.guards(vec![&crate::domain::guards::SUBJECT_RESOLVED]),
        ProblemCode::StaleVersion => problem.current("triage", 4),
        ProblemCode::NotInState => {
            problem.current("triage", 4).with("allowed_actions", json!(["accept", "ask", "dismiss"]))
        }
        _ => problem,
    };
    problem.body(language, "https://netral.example", Some("0b6ef2bb-2a6f-4b63-9d0a-6d7b1b0d9a10"))
}

/// Last touches on the collected document: what its makers cannot say themselves.
pub fn finish(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        // Said, not left out: this operation needs no token.
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            operation.security.get_or_insert_default();
        }
    }
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    // serde refuses unknown members beside `action` and `input`; the derived schema of a tagged enum does not say so.
    if let Some(RefOr::T(Schema::OneOf(action))) = schemas.and_then(|schemas| schemas.get_mut("Action")) {
        for item in &mut action.items {
            if let RefOr::T(Schema::Object(object)) = item {
                object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
}

/// The document as YAML. Dates are put in quotes: readers of YAML 1.1 take a bare one for no string.
pub fn yaml(document: &OpenApi) -> Result<String, String> {
    let text = document.to_yaml().map_err(|error| error.to_string())?;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.rsplit_once(' ') {
            Some((before, last)) if is_date(last) => out.push_str(&format!("{before} '{last}'")),
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    Ok(out)
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
}

/// Declares a set of problems an operation may answer with, for `responses(..., Set)`.
macro_rules! problem_sets {
    ($($(#[$meta:meta])* $name:ident = [$($status:literal),+ $(,)?];)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    references(&[$($status),+])
                }
            }
        )+

        #[cfg(test)]
        const SETS: &[(&str, fn() -> BTreeMap<String, RefOr<Response>>)] = &[$((stringify!($name), $name::responses)),+];
    };
}

fn references(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    let reference = |status: &u16| RefOr::Ref(Ref::from_response_name(format!("Problem{status}")));
    statuses.iter().map(|status| (status.to_string(), reference(status))).collect()
}

problem_sets! {
    /// Reading what everyone may read.
    PublicRead = [400, 404, 429, 500, 503];
    /// Sending something without signing in: a report.
    PublicWrite = [400, 404, 409, 413, 415, 422, 429, 500, 503];
    /// Signing in, as officer or reporter.
    SignIn = [400, 401, 413, 415, 422, 429, 500, 503];
    /// Signing in as an officer, who may lack a second factor.
    OfficerSignIn = [400, 401, 403, 413, 415, 422, 429, 500, 503];
    /// Becoming able to sign in.
    Credentials = [400, 401, 403, 409, 413, 415, 422, 429, 500, 503];
    /// Going to the provider of single sign-on.
    SignOnStart = [400, 404, 429, 500, 502, 503];
    /// Coming back from there.
    SignOnEnd = [400, 401, 403, 404, 429, 500, 502, 503];
    /// That provider calling us.
    ProviderCall = [400, 404, 413, 415, 429, 500, 502, 503];
    /// A machine client asking for a token: what RFC 6749 has no word for.
    ClientCall = [413, 415, 429, 500, 503];
    /// Reading with a token.
    SignedInRead = [400, 401, 403, 404, 429, 500, 503];
    /// Reading with a token what may be closed by the state it is in.
    SignedInLook = [400, 401, 403, 404, 409, 429, 500, 503];
    /// Writing with a token.
    SignedInWrite = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503];
    /// Writing with a token on the version last read: transitions.
    VersionedWrite = [400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 500, 503];
}

#[cfg(test)]
mod tests {
    use utoipa::OpenApi as _;

    use super::*;

    #[test]
    fn the_frame_is_openapi_3_1_and_says_every_code() {
        let text = yaml(&ApiDoc::openapi()).unwrap();
        assert!(text.starts_with("openapi: 3.1.0\n"), "{}", &text[..40]);
        assert!(text.contains(&format!("version: {}\n", env!("CARGO_PKG_VERSION"))));
        for code in ProblemCode::ALL.iter().filter(|code| reaches_an_operation(&code.status())) {
            assert!(text.contains(&format!("`{}`: ", code.as_str())), "{code:?}");
        }
    }

    #[test]
    fn every_set_points_at_responses_that_exist() {
        let document = serde_json::to_value(ApiDoc::openapi()).unwrap();
        for (name, set) in SETS {
            for (status, reference) in set() {
                let reference = serde_json::to_value(reference).unwrap();
                let pointer = reference["$ref"].as_str().unwrap().trim_start_matches('#').to_owned();
                assert!(
                    !document.pointer(&pointer).unwrap()["description"].as_str().unwrap().is_empty(),
                    "{name} {status}"
                );
            }
        }
    }

    #[test]
    fn the_examples_are_what_the_schema_says() {
        let document = serde_json::to_value(ApiDoc::openapi()).unwrap();
        let schema = json!({ "$ref": "#/components/schemas/ProblemBody", "components": document["components"] });
        let validator = jsonschema::validator_for(&schema).unwrap();
        for code in ProblemCode::ALL {
            let errors: Vec<String> = validator.iter_errors(&example(*code)).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{code:?}: {errors:?}");
        }
    }

    #[test]
    fn the_envelope_of_an_action_is_closed() {
        #[derive(utoipa::OpenApi)]
        #[openapi(components(schemas(crate::domain::action::Action)))]
        struct WithAction;
        let mut document = WithAction::openapi();
        finish(&mut document);
        let document = serde_json::to_value(document).unwrap();
        let items = document["components"]["schemas"]["Action"]["oneOf"].as_array().unwrap();
        assert!(items.len() > 30 && items.iter().all(|item| item["additionalProperties"] == false));
        let text = yaml(&WithAction::openapi()).unwrap();
        assert!(text.contains("example: '2026-11-30'\n"));
    }
}
