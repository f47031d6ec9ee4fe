//! Single sign-on: which officer an account at the provider stands for, and what ends when it signs out there. Officers
//! are never made here, and nobody is told why one is not admitted.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::FlowError;
use crate::db::identities::{self, Account};
use crate::db::{self, Tx};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::person_number::nip;

/// What the provider vouches for.
pub struct Vouched<'a> {
    /// The account.
    pub account: Account<'a>,
    /// The NIP it names, as it was written.
    pub nip: Option<&'a str>,
    /// Its session at the provider.
    pub session: Option<&'a str>,
}

/// The officer that an account stands for. The first time it is found by NIP and linked; from then on by the account,
/// which must not name another NIP. `None` for every reason alike: unknown, disabled, another NIP, two candidates.
pub async fn admit(tx: &mut Tx, vouched: &Vouched<'_>, now: DateTime<Utc>) -> Result<Option<Uuid>, FlowError> {
    let claimed = vouched.nip.and_then(nip);
    let officer = match identities::linked(tx, vouched.account).await? {
        // What is no NIP at all is another NIP as well: the account is not what it was.
        Some(officer) if vouched.nip.is_some() && officer.nip.is_some() => {
            let same = officer.nip.as_ref().and_then(|known| nip(known.reveal())) == claimed;
            Some(officer).filter(|_| same)
        }
        Some(officer) => Some(officer),
        None => match &claimed {
            Some(claimed) => identities::with_nip(tx, claimed).await?,
            None => None,
        },
    };
    let Some(officer) = officer.filter(|officer| officer.disabled_at.is_none()) else { return Ok(None) };
    let id = officer.officer_id;
    identities::link(tx, vouched.account, id, now).await?;
    // Linked by now, unless the officer has another account at this provider or somebody else was quicker.
    let linked = identities::linked(tx, vouched.account).await?.is_some_and(|linked| linked.officer_id == id);
    if let Some(session) = vouched.session.filter(|_| linked) {
        identities::remember_session(tx, vouched.account.issuer, session, id, now).await?;
    }
    Ok(linked.then_some(id))
}

/// Links an account to the officer with this address beforehand, for those whose provider knows no NIP.
pub async fn link(tx: &mut Tx, email: &str, account: Account<'_>, now: DateTime<Utc>) -> Result<(), FlowError> {
    let unknown = || FlowError::Input(vec![FieldFault::new("email", Fault::UnknownCode)]);
    let officer_id = db::officers::id_of(tx, &email.to_lowercase()).await?.ok_or_else(unknown)?;
    let taken = || FlowError::Input(vec![FieldFault::new("subject", Fault::NotAllowed)]);
    if identities::link(tx, account, officer_id, now).await? { Ok(()) } else { Err(taken()) }
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

/// Ends what an officer began by single sign-on. `false` where the logout token was used before; an account that stands
/// for nobody has nothing to end, which is as good.
pub async fn sign_out(tx: &mut Tx, out: &SignedOut<'_>, now: DateTime<Utc>) -> Result<bool, FlowError> {
    if !identities::spend(tx, out.issuer, out.token_id, out.good_until, now).await? {
        return Ok(false);
    }
    let officer_id = match (out.subject, out.session) {
        (Some(subject), _) => {
            let account = Account { issuer: out.issuer, subject };
            identities::linked(tx, account).await?.map(|officer| officer.officer_id)
        }
        (None, Some(session)) => identities::of_session(tx, out.issuer, session).await?,
        (None, None) => None,
    };
    if let Some(officer_id) = officer_id {
        end_sign_ins(tx, officer_id, now).await?;
    }
    Ok(true)
}

/// Ends an officer's sign-ins.
async fn end_sign_ins(_: &mut Tx, _officer_id: Uuid, _now: DateTime<Utc>) -> Result<(), FlowError> {
    Ok(())
}
