//! What the configuration promises. Nothing here reads the process' own environment.

use super::*;
use secrecy::ExposeSecret as _;

const MACHINE: Machine = Machine { root: false, processors: 4 };

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn build(pairs: &[(&str, &str)], toml: Option<&str>) -> Result<Config, Vec<String>> {
    let mut env = env(pairs);
    env.entry("HOME".into()).or_insert_with(|| "/home/x".into());
    Config::build(Reader::new(&env, toml, Vec::new()), &MACHINE).map_err(|errors| errors.0)
}

#[test]
fn every_default_is_itself_right() {
    let config = build(&[], None).unwrap();
    assert!(config.database_url.is_none() && config.smtp_url.is_none() && config.migrate_on_start);
    assert_eq!(config.database_role.as_deref(), Some("netral_service"));
    let elsewhere = build(&[("DATABASE_URL", "postgres://h/d")], None).unwrap();
    assert_eq!(elsewhere.database_role, None, "who runs the server decides");
    assert_eq!(config.data_dir, Path::new("/home/x/.local/share/netral"));
    assert_eq!(config.cluster_dir(), Path::new("/home/x/.local/share/netral/postgres"));
    assert_eq!(config.keys_dir, Path::new("/home/x/.local/share/netral/keys"));
    assert_eq!(config.files_dir, Path::new("/home/x/.local/share/netral/files"));
    assert_eq!(config.mail_folder, Path::new("/home/x/.local/share/netral/mail"));
    assert_eq!((config.workers, config.connections_per_worker, config.body_limit), (4, 8, 262_144));
    assert_eq!((config.public_url.as_str(), config.mail_domain.as_str()), ("http://127.0.0.1:8080", "localhost"));
    assert_eq!(config.reporter_page, "http://127.0.0.1:8080/v1/reports/{number}/status");
    assert_eq!((config.access_token_minutes, config.reporter_token_minutes, config.mail_quiet_minutes), (10, 15, 10));
    assert_eq!((config.flag_cases, config.flag_cases_outside_agency), (60, 30));
    assert!(config.cors_origins.is_empty());
    assert_eq!((config.log.as_str(), config.log_format), ("info", LogFormat::Json));
    let many = Machine { root: true, processors: 32 };
    let config = Config::build(Reader::new(&env(&[]), None, Vec::new()), &many).unwrap();
    assert_eq!((config.workers, config.connections_per_worker), (32, 2));
    assert_eq!(config.data_dir, Path::new("/var/lib/netral"));
}

#[test]
fn the_environment_goes_over_the_file_and_an_empty_variable_counts_as_unset() {
    let toml = "workers = 2\nlog_format = \"text\"\nmigrate_on_start = true\npublic_url = \"https://x.example/\"\n\
                cors_origins = [\"https://a.example\", \"https://b.example:8443\"]\n\
                database_url = \"postgres://u:p@h/d\"";
    let vars = [("NETRAL_WORKERS", "3"), ("NETRAL_PUBLIC_URL", ""), ("NETRAL_BIND", "0.0.0.0:80"), ("OTHER", "x")];
    let config = build(&vars, Some(toml)).unwrap();
    assert_eq!((config.workers, config.log_format), (3, LogFormat::Text));
    assert_eq!(config.public_url, "https://x.example");
    assert_eq!(config.cors_origins, ["https://a.example", "https://b.example:8443"]);
    assert!(config.migrate_on_start && config.database_url.is_some());
    let config = build(&[("DATABASE_URL", "postgres://u@h/d"), ("NETRAL_BIND", "0.0.0.0:80")], None).unwrap();
    assert!(!config.migrate_on_start);
    assert_eq!(config.public_url, "http://localhost:80");
}

#[test]
fn the_page_for_reporters_may_leave_the_number_open_anywhere() {
    for page in
        ["https://lapor.example/#periksa={number}", "https://lapor.example/periksa?nomor={number}", "https://a.b/c"]
    {
        assert_eq!(build(&[("NETRAL_REPORTER_PAGE", page)], None).unwrap().reporter_page, page);
    }
    for no_page in ["lapor.example/{number}", "ftp://lapor.example/{number}", "https:///{number}"] {
        assert!(build(&[("NETRAL_REPORTER_PAGE", no_page)], None).is_err(), "{no_page}");
    }
}

#[test]
fn everything_wrong_is_said_at_once_and_without_secrets() {
    let vars = [
        ("DATABASE_URL", "mysql://root:hunter2@h/d"),
        ("NETRAL_SMTP_URL", "smtp://u:hunter2@h"),
        ("NETRAL_SMTP_URL_FILE", "/nowhere"),
        ("NETRAL_BIND", "localhost"),
        ("NETRAL_WORKER", "1"),
        ("NETRAL_MAIL_FROM_FILE", "/x"),
        ("NETRAL_PORT", "8080"),
        ("NETRAL_TEST_PYTHON", "python3"),
        ("NETRAL_CONFIG", "other.toml"),
        ("NETRAL_ACCESS_TOKEN_MINUTES", "0"),
        ("NETRAL_MAIL_FROM", "nobody"),
    ];
    let toml = "wrokers = 2\nbody_limit = -1\n[log]\nlevel = 1\n";
    let problems = build(&vars, Some(toml)).unwrap_err();
    assert_eq!(
        problems,
        [
            "DATABASE_URL must begin with postgres:// or postgresql://",
            "NETRAL_ACCESS_TOKEN_MINUTES must be a whole number from 1 to 1440, not \"0\"",
            "NETRAL_BIND must be an IP address and a port such as 127.0.0.1:8080, not \"localhost\"",
            "NETRAL_MAIL_FROM must be a sender such as netral <no-reply@netral.example>, not \"nobody\"",
            "NETRAL_MAIL_FROM_FILE is not a setting",
            "NETRAL_SMTP_URL and NETRAL_SMTP_URL_FILE are both set",
            "NETRAL_WORKER is not a setting",
            "body_limit in the configuration file must be a whole number from 1024 to 67108864, not \"-1\"",
            "log in the configuration file must be one value or a list",
            "wrokers in the configuration file is not a setting",
        ]
    );
    let broken = build(&[], Some("smtp_url = \"smtp://u:hunter2@h\nworkers = 1")).unwrap_err();
    assert_eq!(broken.len(), 1);
    assert!(broken[0].contains("line 1") && !broken[0].contains("hunter2"), "{broken:?}");
    let no_home = Config::build(Reader::new(&env(&[]), None, Vec::new()), &MACHINE).unwrap_err();
    assert_eq!(no_home.problems(), ["NETRAL_DATA_DIR must be set: there is no home folder"]);
}

#[test]
fn a_secret_comes_from_a_file_too_and_is_never_shown() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("url");
    fs::write(&file, "postgres://u:hunter2@h/d\n").unwrap();
    let config = build(&[("DATABASE_URL_FILE", file.to_str().unwrap())], None).unwrap();
    assert_eq!(config.database_url.as_ref().unwrap().expose_secret(), "postgres://u:hunter2@h/d");
    assert!(!format!("{config:?}").contains("hunter2"));
    let problems = build(&[("DATABASE_URL_FILE", "/nowhere/at/all")], None).unwrap_err();
    assert!(problems[0].starts_with("DATABASE_URL_FILE: /nowhere/at/all: "), "{problems:?}");
}

#[test]
fn urls_origins_and_senders_are_checked() {
    for bad in ["x.example", "ftp://x", "https://", "https://u:p@x", "https://x/?a=1", "https://x/#a"] {
        assert!(build(&[("NETRAL_PUBLIC_URL", bad)], None).is_err(), "{bad}");
    }
    for bad in ["*", "https://a.example/", "https://A.example", "a.example", "https://a.example/x", "null"] {
        assert!(build(&[("NETRAL_CORS_ORIGINS", bad)], None).is_err(), "{bad}");
    }
    for bad in ["a@", "@x", "a b@x", "n <a@x", "a@x>", "a@x y", "a@x, b@x"] {
        assert!(build(&[("NETRAL_MAIL_FROM", bad)], None).is_err(), "{bad}");
    }
    let config = build(&[("NETRAL_MAIL_FROM", "Netral <no-reply@mail.example.id>")], None).unwrap();
    assert_eq!(config.mail_domain, "mail.example.id");
}

#[test]
fn single_sign_on_is_set_up_whole_or_not_at_all() {
    assert!(build(&[], None).unwrap().oidc.is_none());
    let whole = [
        ("NETRAL_OIDC_ISSUER", "https://sso.example/realms/pegawai/"),
        ("NETRAL_OIDC_CLIENT_ID", "netral"),
        ("NETRAL_OIDC_CLIENT_SECRET", "hunter2"),
    ];
    let config = build(&whole, None).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let oidc = config.oidc.unwrap();
    assert_eq!(oidc.issuer, "https://sso.example/realms/pegawai/", "nothing is cut off a name");
    assert_eq!((oidc.officer_claim.as_str(), oidc.second_factor), ("nip", TwoFactors::Proven));
    let problems = build(&[("NETRAL_OIDC_OFFICER_CLAIM", "nip")], None).unwrap_err();
    assert_eq!(
        problems,
        [
            "NETRAL_OIDC_CLIENT_ID must be set for single sign-on",
            "NETRAL_OIDC_CLIENT_SECRET must be set for single sign-on",
            "NETRAL_OIDC_ISSUER must be set for single sign-on",
        ]
    );
    let wrong = [
        ("NETRAL_OIDC_ISSUER", "http://sso.example"),
        ("NETRAL_OIDC_CLIENT_SECRET", "h\u{fc}nter2"),
        ("NETRAL_OIDC_OFFICER_CLAIM", "nomor induk"),
        ("NETRAL_OIDC_SECOND_FACTOR", "maybe"),
    ];
    assert_eq!(
        build(&wrong, None).unwrap_err(),
        [
            "NETRAL_OIDC_CLIENT_ID must be set for single sign-on",
            "NETRAL_OIDC_CLIENT_SECRET must be visible ASCII characters",
            "NETRAL_OIDC_ISSUER must be a URL such as https://sso.example/realms/pegawai, or http:// on this machine, \
             not \"http://sso.example\"",
            "NETRAL_OIDC_OFFICER_CLAIM must be the name of a claim such as nip, not \"nomor induk\"",
            "NETRAL_OIDC_SECOND_FACTOR must be proven or trusted, not \"maybe\"",
        ]
    );
    for (issuer, fine) in [
        ("http://localhost:8080/realms/x", true),
        ("http://[::1]:8080", true),
        ("http://127.0.0.1.example", false),
        ("https://sso.example/?realm=x", false),
        ("https://u:p@sso.example", false),
        ("sso.example", false),
    ] {
        let vars = [("NETRAL_OIDC_ISSUER", issuer), whole[1], whole[2]];
        assert_eq!(build(&vars, None).is_ok(), fine, "{issuer}");
    }
}

#[test]
fn the_table_names_every_setting_once() {
    let table = table();
    for setting in settings() {
        assert_eq!(table.matches(&format!("| `{}` | `{}`", setting.name, setting.env)).count(), 1);
    }
    assert!(table.contains("`NETRAL_SMTP_URL` or `NETRAL_SMTP_URL_FILE`"));
    assert!(!table.contains(" <"));
}

#[test]
fn the_table_says_how_mail_is_encrypted() {
    let table = table();
    let line = table.lines().find(|line| line.contains("`NETRAL_SMTP_URL`")).unwrap();
    for way in ["smtps://", "?tls=required", "?tls=opportunistic", "STARTTLS"] {
        assert!(line.contains(way), "{way} is not in: {line}");
    }
    assert_eq!(line.matches('|').count(), 5, "a cell is cut: {line}");
}
