//! The requests: written once as bytes, then only the key and the number in them change, so that making one costs
//! next to nothing.

use std::net::SocketAddr;
use std::ops::Range;

use super::Failure;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `POST /v1/reports`.
    Submissions,
    /// `POST /v1/cases/{case_number}/transitions`.
    Transitions,
    /// `GET /v1/cases/{case_number}`.
    Reads,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Submissions, Self::Transitions, Self::Reads];

    /// Its name in the results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submissions => "submissions",
            Self::Transitions => "transitions",
            Self::Reads => "reads",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| format!("nothing is named {name}").into())
    }

    /// Whether it changes the database.
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Reads)
    }

    /// The status of the right answer.
    pub const fn status(self) -> u16 {
        match self {
            Self::Submissions => 201,
            Self::Transitions | Self::Reads => 200,
        }
    }
}

const KEY: &str = "kkkkkkkk-kkkk-kkkk-kkkkkkkkkkkk";
const NUMBER: &str = "nnnnnnn";
/// A prime that divides no sensible number of cases: its multiples reach every case once, in no order.
const STRIDE: u64 = 1_000_003;

/// A request with the places that change.
struct Template {
    bytes: Vec<u8>,
    key: Option<Range<usize>>,
    number: Option<Range<usize>>,
}

impl Template {
    fn new(text: String) -> Self {
        let find = |what: &str| text.find(what).map(|at| at..at + what.len());
        Self { key: find(KEY), number: find(NUMBER), bytes: text.into_bytes() }
    }
}

/// An endless row of requests of one kind; of transitions there are as many as cases.
pub struct Requests {
    kind: Kind,
    /// One for each officer.
    templates: Vec<Template>,
    run: u64,
    cases: u64,
    made: u64,
}

impl Requests {
    /// Those of one run, by officers with these tokens.
    pub fn new(kind: Kind, address: SocketAddr, tokens: &[String], run: u64, cases: u64) -> Self {
        let templates = tokens.iter().map(|token| Template::new(text(kind, address, token))).collect();
        Self { kind, templates, run, cases, made: 0 }
    }

    /// The status of the right answer.
    pub const fn status(&self) -> u16 {
        self.kind.status()
    }

    /// Writes the next one; false when there is none left.
    pub fn next(&mut self, out: &mut Vec<u8>) -> bool {
        if self.kind == Kind::Transitions && self.made >= self.cases {
            return false;
        }
        self.made += 1;
        let turn = usize::try_from(self.made).unwrap_or(0) % self.templates.len().max(1);
        let Some(template) = self.templates.get(turn) else { return false };
        out.clear();
        out.extend_from_slice(&template.bytes);
        let mut put = |place: &Option<Range<usize>>, text: String| {
            if let Some(room) = place.clone().and_then(|place| out.get_mut(place)) {
                room.copy_from_slice(text.as_bytes());
            }
        };
        put(&template.key, format!("{:08x}-0000-4000-{:012x}", self.run, self.made));
        put(&template.number, format!("{}", 1_000_001 + (self.made + self.run) * STRIDE % self.cases));
        true
    }
}

fn text(kind: Kind, address: SocketAddr, token: &str) -> String {
    let post = |path: &str, headers: &str, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nIdempotency-Key: {KEY}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let officer = format!("Authorization: Bearer {token}\r\n");
    match kind {
        Kind::Submissions => post("/v1/reports", "", &report()),
        Kind::Transitions => post(
            &format!("/v1/cases/REG-BKN-2026-{NUMBER}/transitions"),
            &format!("{officer}If-Match: \"1\"\r\n"),
            r#"{"action":"take"}"#,
        ),
        Kind::Reads => format!("GET /v1/cases/REG-BKN-2026-{NUMBER} HTTP/1.1\r\nHost: {address}\r\n{officer}\r\n"),
    }
}

/// A report as a citizen writes it: some 600 bytes of text, one page that shows it, an address for news.
fn report() -> String {
    let description = "Pada Senin malam yang bersangkutan mengunggah poster salah satu calon wali kota di akun media \
        sosialnya, menulis ajakan kepada warga dan rekan kerja untuk memilih calon itu, dan membalas beberapa komentar \
        dengan kalimat yang sama. Unggahan itu dapat dilihat siapa saja dan masih ada sampai Selasa pagi. Beberapa \
        pegawai di dinas yang sama ikut membagikannya pada jam kerja. Saya melihatnya sendiri dan menyimpan tangkapan \
        layar dengan tanggal dan jamnya. Saya melapor karena seorang pegawai negeri harus bersikap netral dan tidak \
        boleh memakai pengaruh jabatannya untuk calon mana pun juga.";
    serde_json::json!({
        "conduct": {
            "description": description,
            "medium": "social_media",
            "occurred_from": "2026-01-12",
            "known_on": "2026-01-13",
            "place": "Akun media sosial pribadi, Kota Jambi",
            "region_code": "15.71",
            "links": ["https://media.example/unggahan/8812"]
        },
        "subject": { "name": "Budi Santoso", "agency": "Dinas Perhubungan Kota Jambi" },
        "evidence": ["Tangkapan layar unggahan dan komentar"],
        "truth_declaration": true,
        "reporter": { "email": "warga@example.org" }
    })
    .to_string()
}
