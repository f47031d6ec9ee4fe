//! Starts and stops the OpenID provider of the tests (`tests/it/openid_provider.py`) and goes through its pages as a
//! browser would. It must not know the program under test.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::Url;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Everybody's password there.
const PASSWORD: &str = "sandi penyedia identitas";

/// An account: the subject, and the NIP where the provider knows one.
pub type Account = (&'static str, Option<&'static str>);

/// A running provider; it ends with this value or with the process.
pub struct OpenIdProvider {
    port: u16,
    process: Option<Child>,
    folder: TempDir,
}

impl OpenIdProvider {
    /// Starts a provider with these accounts. Its Python, `NETRAL_TEST_PYTHON` or `python3`, needs `canaille`.
    pub fn start(accounts: &[Account]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the keys");
        let (process, port) = launch(0, folder.path(), accounts);
        Self { port, process: Some(process), folder }
    }

    /// How it names itself.
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Takes it down; connections are refused from then on.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            process.wait().expect("the provider ends");
        }
    }

    /// Brings it back where it was, with these accounts and with other keys.
    pub async fn restart(&mut self, accounts: &[Account]) {
        self.stop();
        let (port, folder, accounts) = (self.port, self.folder.path().to_owned(), accounts.to_vec());
        // Aside: connections that were closed meanwhile must be noticed.
        let started = tokio::task::spawn_blocking(move || launch(port, &folder, &accounts)).await;
        self.process = Some(started.expect("the provider starts").0);
    }

    /// The key it signs with by this algorithm: its id and the key as PEM.
    pub fn key(&self, algorithm: &str) -> (String, String) {
        let text = fs::read_to_string(self.folder.path().join("keys.json")).expect("the provider's keys");
        let keys: Value = serde_json::from_str(&text).expect("keys as JSON");
        let part = |name: &str| keys[algorithm][name].as_str().expect("a key").to_owned();
        (part("kid"), part("pem"))
    }

    /// Signs in on the provider's pages; answers the address that the browser is sent back to.
    pub async fn sign_in(&self, authorization_url: &str, subject: &str) -> String {
        let mut browser = Browser::new(authorization_url);
        browser.get(authorization_url).await;
        browser.submit("login", subject).await;
        browser.submit("password", PASSWORD).await;
        browser.left.expect("the provider sends the browser back")
    }
}

fn launch(port: u16, folder: &Path, accounts: &[Account]) -> (Child, u16) {
    let python = std::env::var("NETRAL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut process = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/openid_provider.py"))
        .args(["--port", &port.to_string(), "--folder"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{python} does not start ({error}); set NETRAL_TEST_PYTHON"));
    let list: Value = accounts.iter().map(|(sub, number)| json!({ "subject": sub, "number": number })).collect();
    writeln!(process.stdin.as_mut().expect("its input is piped"), "{list}").expect("it reads its accounts");
    let mut first = String::new();
    let stdout = process.stdout.take().expect("its output is piped");
    BufReader::new(stdout).read_line(&mut first).expect("its output can be read");
    let port = first.trim().parse().unwrap_or_else(|_| {
        let _ = process.wait();
        panic!("the OpenID provider did not start: scripts/install-python-tools.sh says which Python has it")
    });
    (process, port)
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        self.stop();
    }
}

/// As much of a browser as a form needs: cookies, redirects within one site, hidden fields.
struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
    at: Url,
    page: String,
    /// Where it was sent when it was sent to another site.
    left: Option<String>,
}

impl Browser {
    fn new(start: &str) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let at = Url::parse(start).expect("an address");
        Self { http, cookies: BTreeMap::new(), at, page: String::new(), left: None }
    }

    async fn get(&mut self, url: &str) {
        let url = self.at.join(url).expect("an address");
        self.follow(self.http.get(url)).await;
    }

    /// Fills one field of the form on the page, and sends the form back to the page's own address.
    async fn submit(&mut self, field: &str, value: &str) {
        let mut form: BTreeMap<String, String> = self.page.split("<input").skip(1).filter_map(input).collect();
        assert!(form.contains_key(field), "no {field} on the page {}: {}", self.at.path(), self.page);
        form.insert(field.to_owned(), value.to_owned());
        let body = serde_html_form::to_string(&form).expect("a form");
        let request = self.http.post(self.at.clone()).body(body);
        self.follow(request.header("content-type", "application/x-www-form-urlencoded")).await;
    }

    async fn follow(&mut self, request: reqwest::RequestBuilder) {
        let mut request = request;
        loop {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let response = request.header(COOKIE, cookies.join("; ")).send().await.expect("the provider answers");
            for cookie in response.headers().get_all(SET_COOKIE) {
                let pair = cookie.to_str().expect("a cookie").split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("a cookie");
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else {
                self.at = response.url().clone();
                self.page = response.text().await.expect("a page");
                return;
            };
            let next = response.url().join(location).expect("an address");
            if next.origin() != self.at.origin() {
                self.left = Some(next.into());
                return;
            }
            request = self.http.get(next);
        }
    }
}

/// Name and value of an `<input ..>`.
fn input(tag: &str) -> Option<(String, String)> {
    let tag = tag.split('>').next()?;
    let attribute = |name: &str| tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next().map(str::to_owned);
    Some((attribute("name")?, attribute("value").unwrap_or_default()))
}
