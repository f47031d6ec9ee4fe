use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn row(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn given(version: i32, digit: char) -> VaultKey {
    VaultKey { version, digits: digit.to_string().repeat(64).into() }
}

#[test]
fn what_is_sealed_opens_at_its_place_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), &[], &[]).unwrap();
    let (key, wrapped) = vault.new_data_key(row(1)).unwrap();
    let sealed = key.seal(Field::ReporterName, row(1), "Siti Pelapor").unwrap();
    let again = vault.data_key(&wrapped).unwrap();
    assert_eq!(again.open(Field::ReporterName, row(1), &sealed).unwrap().reveal(), "Siti Pelapor");
    assert!(!sealed.bytes().windows(4).any(|bytes| bytes == b"Siti"));
    assert!(again.open(Field::ReporterPhone, row(1), &sealed).is_err(), "another column");
    assert!(again.open(Field::ReporterName, row(2), &sealed).is_err(), "another row");
    assert!(again.open(Field::WitnessName, row(1), &sealed).is_err(), "another table");
    let (other, _) = vault.new_data_key(row(1)).unwrap();
    assert!(other.open(Field::ReporterName, row(1), &sealed).is_err(), "another key");
    let stolen = WrappedKey { owner_id: row(2), ..wrapped.clone() };
    assert!(matches!(vault.data_key(&stolen), Err(VaultError::KeyBroken(_))), "a key of another report");
    for at in [0, 5, sealed.bytes().len() - 1] {
        let mut bytes = sealed.bytes().to_vec();
        bytes[at] ^= 1;
        assert!(again.open(Field::ReporterName, row(1), &Sealed::new(bytes)).is_err(), "byte {at} was changed");
    }
    assert!(again.open(Field::ReporterName, row(1), &Sealed::new(Vec::new())).is_err());
}

#[test]
fn a_file_opens_with_its_own_key_and_at_its_own_place_only() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), &[], &[]).unwrap();
    let (key, wrapped) = vault.new_file_key(row(1)).unwrap();
    let sealed = key.seal_bytes(Field::FileContent, row(1), b"\xFF\xD8\xFF rahasia").unwrap();
    assert!(!sealed.bytes().windows(7).any(|bytes| bytes == b"rahasia"));
    let again = vault.file_key(&wrapped).unwrap();
    assert_eq!(again.open_bytes(Field::FileContent, row(1), &sealed).unwrap().as_slice(), b"\xFF\xD8\xFF rahasia");
    assert!(again.open_bytes(Field::FileContent, row(2), &sealed).is_err(), "the object of another file");
    assert!(vault.data_key(&wrapped).is_err(), "the key of a file is none of a report");
    let rewrapped = vault.rewrap(KeyOf::File, &wrapped).unwrap();
    assert!(vault.file_key(&rewrapped).unwrap().open_bytes(Field::FileContent, row(1), &sealed).is_ok());
}

#[test]
fn the_same_text_never_looks_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (key, _) = Vault::open(folder.path(), &[], &[]).unwrap().new_data_key(row(1)).unwrap();
    let seal = || key.seal(Field::ReporterNik, row(1), "1571012609860003").unwrap();
    assert_ne!(seal().bytes(), seal().bytes());
}

#[test]
fn programs_that_start_at_once_agree_on_the_first_key_and_it_is_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let vaults: Vec<Vault> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| Vault::open(&dir, &[], &[]).unwrap())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let (_, wrapped) = vaults[0].new_data_key(row(1)).unwrap();
    for vault in &vaults {
        vault.data_key(&wrapped).unwrap();
    }
    let file = std::fs::metadata(dir.join("vault-1.key")).unwrap();
    assert_eq!((file.permissions().mode() & 0o777, file.len()), (0o600, 65));
}

#[test]
fn a_lost_or_wrong_key_is_named_and_never_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault-1.key");
    let (_, wrapped) = Vault::open(folder.path(), &[], &[]).unwrap().new_data_key(row(1)).unwrap();
    let kept = [(KeyOf::Report, wrapped)];
    let digits = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let refused = Vault::open(folder.path(), &[], &kept).unwrap_err().to_string();
    assert!(refused.starts_with("version 1 of the vault's key is missing"), "{refused}");
    assert!(!file.exists(), "a new key would hide that the old one is lost");
    std::fs::write(&file, "0".repeat(64)).unwrap();
    assert!(matches!(Vault::open(folder.path(), &[], &kept), Err(VaultError::WrongKek(1))));
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(Vault::open(folder.path(), &[], &kept), Err(VaultError::Folder(KeyError::Damaged(..)))));
    std::fs::write(&file, digits).unwrap();
    Vault::open(folder.path(), &[], &kept).unwrap();
}

#[test]
fn a_key_made_meanwhile_is_found_by_its_version_and_wraps_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let (running, maker) =
        (Vault::open(folder.path(), &[], &[]).unwrap(), Vault::open(folder.path(), &[], &[]).unwrap());
    let (_, old) = running.new_data_key(row(1)).unwrap();
    assert_eq!(maker.make_next().unwrap(), 2);
    let new = maker.rewrap(KeyOf::Report, &old).unwrap();
    assert_eq!((old.kek_version, new.kek_version), (1, 2));
    running.data_key(&new).unwrap();
    assert_eq!(running.new_data_key(row(2)).unwrap().1.kek_version, 2);
    std::fs::remove_file(folder.path().join("vault-1.key")).unwrap();
    Vault::open(folder.path(), &[], &[(KeyOf::Report, new)]).unwrap();
}

#[test]
fn keys_may_come_from_the_configuration_instead() {
    let folder = tempfile::tempdir().unwrap();
    let first = Vault::open(folder.path(), &[given(1, 'a')], &[]).unwrap();
    assert!(first.is_given() && !folder.path().join("vault-1.key").exists(), "none is made beside a given one");
    let (_, wrapped) = first.new_data_key(row(1)).unwrap();
    let kept = [(KeyOf::Report, wrapped)];
    let both = Vault::open(folder.path(), &[given(1, 'a'), given(2, 'b')], &kept).unwrap();
    assert_eq!(both.rewrap(KeyOf::Report, &kept[0].1).unwrap().kek_version, 2);
    assert!(matches!(Vault::open(folder.path(), &[given(2, 'b')], &kept), Err(VaultError::KekLost(1))));
    std::fs::write(folder.path().join("vault-1.key"), "c".repeat(64)).unwrap();
    assert!(matches!(Vault::open(folder.path(), &[given(1, 'a')], &[]), Err(VaultError::TwoKeks(1))));
}

#[test]
fn nothing_of_a_key_or_a_value_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), &[given(1, 'a')], &[]).unwrap();
    let (key, wrapped) = vault.new_data_key(row(1)).unwrap();
    let sealed = key.seal(Field::MessageBody, row(1), "rahasia").unwrap();
    let text = format!("{vault:?} {key:?} {wrapped:?} {sealed:?} {:?}", given(1, 'a'));
    assert!(!text.contains("aaaa") && !text.contains("rahasia"), "{text}");
    assert!(text.contains("[36 sealed bytes]"), "{text}");
}
