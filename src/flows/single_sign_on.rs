//! Single sign-on: which officer an account at the provider stands for, and what ends when it signs out there. Officers
//! are never made here, and nobody is told why one is not admitted.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::FlowError;
use super::sign_in::{SignInError, SignedIn, start};
use crate::db::provider_accounts::{self, Account};
use crate::db::sign_ins::{Which, end};
use crate::db::{self, DbError, Tx};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::person_number::nip;
use crate::domain::sign_in::{SignInEnd, SignInMethod};

/// What the provider vouches for.
pub struct Vouched<'a> {
    /// The account.
    pub account: Account<'a>,
    /// The NIP it names, as it was written.
    pub nip: Option<&'a str>,
    /// Its session at the provider.
    pub session: Option<&'a str>,
}

/// Signs in the officer that an account stands for. `None` for every reason alike, and then the caller undoes what was
/// written: unknown, disabled, another NIP, two candidates, no seat or not the one wanted.
pub async fn sign_in(
    tx: &mut Tx,
    vouched: &Vouched<'_>,
    seat: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Option<SignedIn>, SignInError> {
    let Some(officer_id) = admitted(tx, vouched, now).await? else { return Ok(None) };
    let signed_in = match start(tx, now, officer_id, SignInMethod::SingleSignOn, seat).await {
        Err(SignInError::Refused) => return Ok(None),
        other => other?,
    };
    if let Some(session) = vouched.session {
        provider_accounts::remember_session(tx, vouched.account.issuer, session, signed_in.sign_in.id).await?;
    }
    Ok(Some(signed_in))
}

/// The officer that an account stands for. The first time it is found by NIP and linked; from then on by the account,
/// which must not name another NIP.
async fn admitted(tx: &mut Tx, vouched: &Vouched<'_>, now: DateTime<Utc>) -> Result<Option<Uuid>, DbError> {
    let claimed = vouched.nip.and_then(nip);
    let officer = match provider_accounts::linked(tx, vouched.account).await? {
        // What is no NIP at all is another NIP as well: the account is not what it was.
        Some(officer) if vouched.nip.is_some() && officer.nip.is_some() => {
            let same = officer.nip.as_ref().and_then(|known| nip(known.reveal())) == claimed;
            Some(officer).filter(|_| same)
        }
        Some(officer) => Some(officer),
        None => match &claimed {
            Some(claimed) => provider_accounts::with_nip(tx, claimed).await?,
            None => None,
        },
    };
    let Some(officer) = officer.filter(|officer| officer.disabled_at.is_none()) else { return Ok(None) };
    let id = officer.officer_id;
    linked_first(tx, vouched.account, id, now).await?;
    // Linked by now, unless the officer has another account at this provider or somebody else was quicker.
    let linked = provider_accounts::linked(tx, vouched.account).await?.is_some_and(|linked| linked.officer_id == id);
    Ok(linked.then_some(id))
}

/// Links an account to the officer with this address beforehand, for those whose provider knows no NIP.
pub async fn link(tx: &mut Tx, email: &str, account: Account<'_>, now: DateTime<Utc>) -> Result<(), FlowError> {
    let unknown = || FlowError::Input(vec![FieldFault::new("email", Fault::UnknownCode)]);
    let officer_id = db::officers::id_of(tx, &email.to_lowercase()).await?.ok_or_else(unknown)?;
    let taken = || FlowError::Input(vec![FieldFault::new("subject", Fault::NotAllowed)]);
    if linked_first(tx, account, officer_id, now).await? { Ok(()) } else { Err(taken()) }
}

/// Links an account to an officer and puts it on the officer's record. `false` where either has a partner already.
async fn linked_first(
    tx: &mut Tx,
    account: Account<'_>,
    officer_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let first = provider_accounts::link(tx, account, officer_id, now).await?;
    if first {
        db::officers::record(tx, officer_id, "account_linked", None, None, None, now).await?;
    }
    Ok(first)
}

/// A sign-out at the provider.
pub struct SignedOut<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// The account.
    pub subject: Option<&'a str>,
    /// Its session at the provider.
    pub session: Option<&'a str>,
    /// The logout token's own id.
    pub token_id: &'a str,
    /// Until when the token could come again.
    pub good_until: DateTime<Utc>,
}

/// Ends the sign-ins that came from the session that ended, or, where it is not known here, all that the officer has through a provider. `false`
/// where the logout token was used before; an account that stands for nobody has nothing to end, which is as good.
pub async fn sign_out(tx: &mut Tx, out: &SignedOut<'_>, now: DateTime<Utc>) -> Result<bool, DbError> {
    if !provider_accounts::spend(tx, out.issuer, out.token_id, out.good_until, now).await? {
        return Ok(false);
    }
    let from_session = match out.session {
        Some(session) => provider_accounts::of_session(tx, out.issuer, session).await?,
        None => Vec::new(),
    };
    for (officer_id, sign_in_id) in &from_session {
        end(tx, *officer_id, Which::One(*sign_in_id), SignInEnd::Provider, now).await?;
    }
    if let Some(subject) = out.subject.filter(|_| from_session.is_empty())
        && let Some(officer) = provider_accounts::linked(tx, Account { issuer: out.issuer, subject }).await?
    {
        end(tx, officer.officer_id, Which::By(SignInMethod::SingleSignOn), SignInEnd::Provider, now).await?;
    }
    Ok(true)
}
