//! What the tests are written with: a database and a server for each of them, people who sign in, a client that holds
//! every answer against openapi.yaml, and the mail that was sent.
//!
//! ```text
//! let app = TestApp::start().await;
//! let receipt = app.submit(&app.report()).await;
//! app.post("/v1/...").by(Persona::Triage).if_match(1).json(&body).expect(200).await;
//! ```

pub mod app;
pub mod client;
pub mod contract;
pub mod db;
pub mod mailbox;
pub mod openid;
pub mod persona;
pub mod smtp;
pub mod steps;

pub use self::app::{Receipt, TestApp};
pub use self::client::{Call, Reply};
pub use self::db::TestDb;
pub use self::mailbox::Mail;
pub use self::openid::OpenIdProvider;
pub use self::persona::Persona;
