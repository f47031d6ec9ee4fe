//! Single sign-on against a real OpenID provider in a process of its own: who is let in, who is not, and what a forged,
//! stolen or late answer comes to.

mod back_channel_logout;

use std::process::Command;
use std::sync::OnceLock;

use chrono::Duration;
use netral::oidc::{Answer, Attempt, OidcError, Provider, Settings};

use crate::harness::openid::Account;
use crate::harness::{OpenIdProvider, Persona, Reply, TestApp};

const NIP: &str = "198609262015051001";
const OTHER_NIP: &str = "199009132025242014";
const SECRET: &str = "rahasia: klien/satu";
const ACCOUNTS: [Account; 3] = [("triage", Some(NIP)), ("nobody", Some(OTHER_NIP)), ("without-number", None)];

/// The provider of all tests that leave it as it is.
fn shared() -> &'static OpenIdProvider {
    static SHARED: OnceLock<OpenIdProvider> = OnceLock::new();
    SHARED.get_or_init(|| OpenIdProvider::start(&ACCOUNTS))
}

/// A program that knows the provider; the triage officer has the NIP of the account `triage`.
async fn start(provider: &OpenIdProvider) -> TestApp {
    start_with(provider, &[]).await
}

async fn start_with(provider: &OpenIdProvider, settings: &[(&str, &str)]) -> TestApp {
    let issuer = provider.issuer();
    let mut all = vec![
        ("NETRAL_OIDC_ISSUER", issuer.as_str()),
        ("NETRAL_OIDC_CLIENT_ID", "netral"),
        ("NETRAL_OIDC_CLIENT_SECRET", SECRET),
        ("NETRAL_OIDC_OFFICER_CLAIM", "preferred_username"),
        ("NETRAL_OIDC_SECOND_FACTOR", "trusted"),
    ];
    all.extend(settings);
    let app = TestApp::start_with(&all, false).await;
    give_nip(&app, Persona::Triage, "19860926 201505 1 001").await;
    app
}

async fn give_nip(app: &TestApp, persona: Persona, nip: &str) {
    app.db.execute(&format!("UPDATE officers SET nip = '{nip}' WHERE email = '{}'", persona.email())).await;
}

/// What the browser has after it was sent to the provider: the provider's address and our cookie.
struct Started {
    url: String,
    cookie: String,
}

async fn begin(app: &TestApp, path: &str) -> Started {
    let reply = app.get(path).expect(302).await;
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    Started { url: reply.header("location").to_owned(), cookie }
}

async fn come_back(app: &TestApp, cookie: &str, address: &str) -> Reply {
    app.get(address).header("cookie", cookie).language("en").send().await
}

/// The whole way, as a browser goes it.
async fn sign_in(app: &TestApp, provider: &OpenIdProvider, subject: &str) -> Reply {
    let started = begin(app, "/v1/single-sign-on").await;
    let back = provider.sign_in(&started.url, subject).await;
    come_back(app, &started.cookie, &back).await
}

async fn count(app: &TestApp, table: &str) -> String {
    app.db.value(&format!("SELECT count(*) AS value FROM {table}")).await
}

#[tokio::test]
async fn an_officer_found_by_nip_signs_in_and_works() {
    let (provider, app) = (shared(), start(shared()).await);
    let reply = sign_in(&app, provider, "triage").await;
    assert_eq!(reply.status, 201, "{}", reply.body());
    assert_eq!((reply.text("/token_type"), reply.text("/seat/role")), ("Bearer", "triage_officer"));
    app.get("/v1/cases").bearer(reply.text("/access_token")).expect(200).await;
    assert!(reply.header("set-cookie").starts_with("netral-sign-on=; Path=/; Max-Age=0"), "the cookie is taken back");
    assert!(!reply.body().contains(NIP));
    assert_eq!(sign_in(&app, provider, "triage").await.status, 201, "and once more");
    assert_eq!(count(&app, "officer_identities").await, "1");
}

#[tokio::test]
async fn a_signature_by_elliptic_curve_is_as_good() {
    let settings = [("NETRAL_OIDC_CLIENT_ID", "netral-es"), ("NETRAL_OIDC_CLIENT_SECRET", "rahasia: klien/dua")];
    let app = start_with(shared(), &settings).await;
    assert_eq!(sign_in(&app, shared(), "triage").await.status, 201);
}

#[tokio::test]
async fn a_seat_can_be_chosen_on_the_way() {
    let app = start(shared()).await;
    app.db
        .execute(&format!(
            "INSERT INTO seats (id, officer_id, role, agency_id, region_code, created_at) \
             SELECT gen_random_uuid(), officers.id, 'system_admin', agencies.id, '', now() + interval '1 hour' \
             FROM officers, agencies WHERE email = '{}' AND code = 'BKN'",
            Persona::Triage.email()
        ))
        .await;
    let seat = app.db.value("SELECT seats.id AS value FROM seats WHERE created_at > now()").await;
    let started = begin(&app, &format!("/v1/single-sign-on?seat_id={seat}")).await;
    let back = shared().sign_in(&started.url, "triage").await;
    let reply = come_back(&app, &started.cookie, &back).await;
    assert_eq!((reply.status, reply.text("/seat/id")), (201, seat.as_str()));
    app.get("/v1/single-sign-on?colour=red").expect(400).await.problem("invalid-parameter");
    let started = begin(&app, &format!("/v1/single-sign-on?seat_id={}", uuid::Uuid::nil())).await;
    let back = shared().sign_in(&started.url, "triage").await;
    come_back(&app, &started.cookie, &back).await.problem("officer-not-admitted");
}

#[tokio::test]
async fn whoever_is_no_officer_or_no_longer_one_is_refused_alike_and_nobody_is_added() {
    let app = start(shared()).await;
    let before = count(&app, "officers").await;
    let unknown = sign_in(&app, shared(), "nobody").await.problem("officer-not-admitted");
    assert_eq!(unknown.status, 403);
    let nameless = sign_in(&app, shared(), "without-number").await;
    app.db.execute("UPDATE officers SET disabled_at = now() WHERE nip IS NOT NULL").await;
    let disabled = sign_in(&app, shared(), "triage").await;
    app.db.execute("UPDATE officers SET disabled_at = NULL").await;
    give_nip(&app, Persona::SecondTriage, NIP).await;
    let one_of_two = sign_in(&app, shared(), "triage").await;
    for reply in [&nameless, &disabled, &one_of_two] {
        assert_eq!(reply.bytes, unknown.bytes, "{}", reply.body());
    }
    assert_eq!((count(&app, "officers").await, count(&app, "officer_identities").await), (before, "0".to_owned()));
}

#[tokio::test]
async fn an_account_stays_its_officers_and_an_officer_stays_the_accounts() {
    let mut provider = OpenIdProvider::start(&ACCOUNTS);
    let app = start(&provider).await;
    assert_eq!(sign_in(&app, &provider, "triage").await.status, 201);
    give_nip(&app, Persona::SecondTriage, OTHER_NIP).await;
    // The account is given the number of somebody else; another account is given the officer's number.
    provider.restart(&[("triage", Some(OTHER_NIP)), ("newcomer", Some(NIP)), ("other", Some("bukan NIP"))]).await;
    app.advance(Duration::seconds(61));
    sign_in(&app, &provider, "triage").await.problem("officer-not-admitted");
    sign_in(&app, &provider, "newcomer").await.problem("officer-not-admitted");
    provider.restart(&[("triage", Some("bukan NIP"))]).await;
    app.advance(Duration::seconds(61));
    sign_in(&app, &provider, "triage").await.problem("officer-not-admitted");
    // The provider no longer names any number: the account is enough.
    provider.restart(&[("triage", None)]).await;
    app.advance(Duration::seconds(61));
    assert_eq!(sign_in(&app, &provider, "triage").await.status, 201);
    app.db.execute("UPDATE officers SET disabled_at = now() WHERE nip IS NOT NULL").await;
    sign_in(&app, &provider, "triage").await.problem("officer-not-admitted");
}

#[tokio::test]
async fn an_officer_linked_beforehand_needs_no_number() {
    let app = start(shared()).await;
    sign_in(&app, shared(), "without-number").await.problem("officer-not-admitted");
    let folder = tempfile::tempdir().unwrap();
    let link = |email: &str| {
        let said = Command::new(env!("CARGO_BIN_EXE_netral"))
            .args(["officer", "link", "--email", email, "--subject", "without-number"])
            .current_dir(&folder)
            .env_clear()
            .envs([("DATABASE_URL", app.db.url.as_str()), ("NETRAL_DATA_DIR", folder.path().to_str().unwrap())])
            .envs([("NETRAL_OIDC_ISSUER", shared().issuer().as_str()), ("NETRAL_OIDC_CLIENT_ID", "netral")])
            .env("NETRAL_OIDC_CLIENT_SECRET", SECRET)
            .output()
            .unwrap();
        (said.status.success(), String::from_utf8(said.stderr).unwrap())
    };
    let (linked, said) = link("PENGHUBUNG@bawaslu.example");
    assert!(linked, "{said}");
    assert!(!link("siapa@bawaslu.example").0, "an officer who is not there");
    assert!(!link(Persona::Triage.email()).0, "an account has one officer");
    let reply = sign_in(&app, shared(), "without-number").await;
    assert_eq!((reply.status, reply.text("/seat/role")), (201, "bawaslu_liaison"));
    let linked = "SELECT kind AS value FROM officer_events WHERE kind = 'account_linked'";
    assert_eq!(app.db.values(linked).await, ["account_linked"], "it stands on the officer's record");
}

#[tokio::test]
async fn an_answer_without_its_beginning_is_refused() {
    let app = start(shared()).await;
    let started = begin(&app, "/v1/single-sign-on").await;
    let back = shared().sign_in(&started.url, "triage").await;
    let other = begin(&app, "/v1/single-sign-on").await;
    let (name, value) = started.cookie.split_once('=').unwrap();
    let other_first = if value.starts_with('A') { 'B' } else { 'A' };
    let touched = format!("{name}={other_first}{}", &value[1..]);
    for (cookie, address) in [
        ("", back.clone()),
        // Somebody else's answer is put into this browser.
        (other.cookie.as_str(), back.clone()),
        (started.cookie.as_str(), back.replace("state=", "state=x")),
        (started.cookie.as_str(), back.replace("state=", "other=")),
        (touched.as_str(), back.clone()),
    ] {
        let reply = come_back(&app, cookie, &address).await.problem("single-sign-on-lost");
        assert_eq!(reply.status, 400);
        assert_eq!(reply.header("set-cookie"), "", "a stranger's link takes nobody's attempt away");
    }
    app.advance(Duration::minutes(10));
    come_back(&app, &started.cookie, &back).await.problem("single-sign-on-lost");
}

#[tokio::test]
async fn a_code_is_good_once_and_only_for_whoever_asked_for_it() {
    let app = start(shared()).await;
    let started = begin(&app, "/v1/single-sign-on").await;
    let back = shared().sign_in(&started.url, "triage").await;
    assert_eq!(come_back(&app, &started.cookie, &back).await.status, 201);
    come_back(&app, &started.cookie, &back).await.problem("single-sign-on-refused");
    // A stolen code in an attempt of one's own: the provider misses the verifier it was asked for with.
    let victim = begin(&app, "/v1/single-sign-on").await;
    let stolen = shared().sign_in(&victim.url, "triage").await;
    let thief = begin(&app, "/v1/single-sign-on").await;
    let own = shared().sign_in(&thief.url, "nobody").await;
    let code = |url: &str| parameter(url, "code");
    let injected = own.replace(&code(&own), &code(&stolen));
    let reply = come_back(&app, &thief.cookie, &injected).await.problem("single-sign-on-refused");
    assert_eq!((reply.status, reply.header("www-authenticate")), (401, "Bearer realm=\"netral\""));
    assert!(!reply.body().contains(&code(&stolen)));
}

fn parameter(url: &str, name: &str) -> String {
    let url = reqwest::Url::parse(url).unwrap();
    url.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn what_the_provider_says_instead_of_a_code_is_a_refusal_and_its_words_are_not_repeated() {
    let app = start(shared()).await;
    for (error, code) in [
        ("access_denied", "single-sign-on-refused"),
        ("%3Cscript%3E", "single-sign-on-refused"),
        ("server_error", "identity-provider-failed"),
    ] {
        let started = begin(&app, "/v1/single-sign-on").await;
        let state = parameter(&started.url, "state");
        let address = format!("/v1/single-sign-on/callback?error={error}&error_description=Budi&state={state}");
        let reply = come_back(&app, &started.cookie, &address).await.problem(code);
        assert!(!reply.body().contains("script") && !reply.body().contains("Budi"), "{}", reply.body());
    }
    let started = begin(&app, "/v1/single-sign-on").await;
    let address = format!("/v1/single-sign-on/callback?state={}&session_state=x", parameter(&started.url, "state"));
    come_back(&app, &started.cookie, &address).await.problem("invalid-parameter");
}

fn provider(issuer: &str) -> Provider {
    Provider::new(Settings {
        issuer: issuer.to_owned(),
        client_id: "netral".to_owned(),
        client_secret: SECRET.into(),
        redirect_uri: "http://netral.test/v1/single-sign-on/callback".to_owned(),
        officer_claim: "preferred_username".to_owned(),
        two_factors_proven: false,
        timeout: std::time::Duration::from_secs(10),
    })
    .unwrap()
}

#[tokio::test]
async fn a_token_made_for_another_attempt_or_an_answer_of_another_provider_is_refused() {
    let (shared, now) = (shared(), netral::app::Clock::default().now());
    let issuer = shared.issuer();
    let provider = provider(&issuer);
    let verifier = "v".repeat(43);
    for (asked_for, nonce, issuer, refused) in [
        ("one", "another", Some(issuer.as_str()), Some("nonce")),
        ("two", "two", Some("https://another.example"), Some("iss of the answer")),
        // The provider says that its answers always name it.
        ("three", "three", None, Some("iss of the answer")),
        ("four", "four", Some(issuer.as_str()), None),
    ] {
        let asked = Attempt { state: "s", nonce: asked_for, verifier: &verifier };
        let url = provider.authorization_url(&asked, now).await.unwrap();
        let code = parameter(&shared.sign_in(&url, "triage").await, "code");
        let outcome = provider.redeem(&Attempt { nonce, ..asked }, &Answer { code: &code, issuer }, now).await;
        match refused {
            Some(check) => assert_eq!(outcome.unwrap_err(), OidcError::Token(check)),
            None => {
                let identity = outcome.unwrap();
                assert_eq!((identity.subject.as_str(), identity.two_factors), ("triage", false));
                assert_eq!(identity.officer.unwrap().reveal(), NIP);
            }
        }
    }
    // A token whose time is over, by the program's own clock.
    let asked = Attempt { state: "s", nonce: "five", verifier: &verifier };
    let url = provider.authorization_url(&asked, now).await.unwrap();
    let code = parameter(&shared.sign_in(&url, "triage").await, "code");
    let answer = Answer { code: &code, issuer: Some(&issuer) };
    let late = provider.redeem(&asked, &answer, now + Duration::hours(3)).await;
    assert_eq!(late.unwrap_err(), OidcError::Token("exp"));
}

#[tokio::test]
async fn one_factor_is_not_enough_unless_the_operator_vouches_for_the_provider() {
    let app = start_with(shared(), &[("NETRAL_OIDC_SECOND_FACTOR", "proven")]).await;
    let reply = sign_in(&app, shared(), "triage").await.problem("single-sign-on-refused");
    assert!(reply.text("/detail").contains("two factors"), "{}", reply.body());
    assert_eq!(count(&app, "officer_identities").await, "0");
}

#[tokio::test]
async fn a_provider_that_is_down_is_a_clear_problem_that_passes() {
    let mut provider = OpenIdProvider::start(&ACCOUNTS);
    let app = start(&provider).await;
    provider.stop();
    let reply = app.get("/v1/single-sign-on").expect(502).await.problem("identity-provider-failed");
    assert!(!reply.body().contains("127.0.0.1"), "{}", reply.body());
    provider.restart(&ACCOUNTS).await;
    app.advance(Duration::seconds(6));
    let started = begin(&app, "/v1/single-sign-on").await;
    let back = provider.sign_in(&started.url, "triage").await;
    provider.stop();
    come_back(&app, &started.cookie, &back).await.problem("identity-provider-failed");
    provider.restart(&ACCOUNTS).await;
    assert_eq!(sign_in(&app, &provider, "triage").await.status, 201);
}

#[tokio::test]
async fn keys_that_the_provider_changed_are_read_again_but_not_at_every_call() {
    let mut provider = OpenIdProvider::start(&ACCOUNTS);
    let app = start(&provider).await;
    assert_eq!(sign_in(&app, &provider, "triage").await.status, 201);
    provider.restart(&ACCOUNTS).await;
    sign_in(&app, &provider, "triage").await.problem("single-sign-on-refused");
    app.advance(Duration::seconds(61));
    assert_eq!(sign_in(&app, &provider, "triage").await.status, 201);
}

#[tokio::test]
async fn a_provider_set_up_wrongly_is_ours_to_repair_and_says_so_in_the_log_only() {
    let app = start_with(shared(), &[("NETRAL_OIDC_CLIENT_SECRET", "salah")]).await;
    sign_in(&app, shared(), "triage").await.problem("identity-provider-failed");
    let another_name = shared().issuer().replace("127.0.0.1", "localhost");
    let app = start_with(shared(), &[("NETRAL_OIDC_ISSUER", &another_name)]).await;
    app.get("/v1/single-sign-on").expect(502).await.problem("identity-provider-failed");
}

#[tokio::test]
async fn the_cookie_is_for_this_host_only_and_no_script_reads_it() {
    for (url, expected) in [
        ("http://netral.test", ["netral-sign-on=", "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"]),
        ("https://netral.test", ["__Host-netral-sign-on=", "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"]),
    ] {
        let app = start_with(shared(), &[("NETRAL_PUBLIC_URL", url)]).await;
        let reply = app.get("/v1/single-sign-on").expect(302).await;
        let cookie = reply.header("set-cookie");
        assert!(cookie.starts_with(expected[0]) && cookie.ends_with(expected[1]), "{cookie}");
        let location = reply.header("location");
        assert_eq!(parameter(location, "redirect_uri"), format!("{url}/v1/single-sign-on/callback"));
        assert_eq!(
            (parameter(location, "code_challenge_method"), parameter(location, "response_type")),
            ("S256".into(), "code".into())
        );
        // Nothing of the address bar is in the cookie: neither tells the other.
        for secret in ["state", "nonce", "code_challenge"] {
            assert!(
                parameter(location, secret).len() >= 43 && !cookie.contains(&parameter(location, secret)),
                "{secret}"
            );
        }
    }
}

#[tokio::test]
async fn without_a_provider_there_is_no_single_sign_on() {
    let app = TestApp::start().await;
    app.get("/v1/single-sign-on").expect(404).await.problem("not-found");
    app.get("/v1/single-sign-on/callback?state=x&code=y").expect(404).await.problem("not-found");
    let form = "application/x-www-form-urlencoded";
    let call = app.post("/v1/single-sign-on/back-channel-logout").text(form, "logout_token=x");
    call.expect(404).await.problem("not-found");
}
