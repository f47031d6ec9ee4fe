//! What an officer calls to become able to sign in: invitation, second factor. Nobody is signed in here.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{self, JsonBody, Schemas};
use super::network::Network;
use super::openapi::{Credentials, SignIn};
use super::problem::Problem;
use super::sessions::desk;
use crate::app::App;
use crate::domain::confidential::Confidential;
use crate::flows::credentials;

/// An invitation and the password chosen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationAcceptance {
    /// The one-time code, as the administrator handed it over.
    #[schema(value_type = String, min_length = 8, max_length = 64, example = "7k3mp-9qx2b-bd4fs-h6tzr-w8c2n")]
    pub invitation: Confidential<String>,
    /// The new password.
    #[schema(value_type = String, min_length = 12, max_length = 256, example = "kalimat sandi yang panjang")]
    pub password: Confidential<String>,
}

/// Take up an invitation: set the password.
#[utoipa::path(
    tag = "session", request_body = InvitationAcceptance,
    responses((status = 204, description = "The password is set; enrol a second factor next"), SignIn)
)]
#[post("/v1/invitations/acceptance")]
pub async fn accept_invitation(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    network: Network,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: InvitationAcceptance = body::read(&schemas, "InvitationAcceptance", &bytes)?;
    let (desk, password) = (desk(&app, &network), input.password.reveal());
    credentials::accept_invitation(&desk, input.invitation.reveal(), password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Address and password of an officer without second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecondFactor {
    /// Address.
    #[schema(format = "email", max_length = 254, example = "verifikator@bkn.example.go.id")]
    pub email: String,
    /// Password.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    pub password: Confidential<String>,
}

/// What goes into the authenticator program.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorOffer {
    /// The `otpauth` address; as a QR code, authenticator programs read it with the camera.
    #[schema(
        example = "otpauth://totp/netral:verifikator%40instansi.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=netral"
    )]
    pub otpauth_uri: String,
}

/// Ask for a second factor: the secret for an authenticator program (RFC 6238).
///
/// It counts once a code of it was confirmed. Asking again replaces a secret that was not.
#[utoipa::path(
    tag = "session", request_body = NewSecondFactor,
    responses((status = 201, description = "The secret, shown once", body = SecondFactorOffer), Credentials)
)]
#[post("/v1/second-factor")]
pub async fn offer_second_factor(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    network: Network,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: NewSecondFactor = body::read(&schemas, "NewSecondFactor", &bytes)?;
    let desk = desk(&app, &network);
    let otpauth_uri = credentials::offer_second_factor(&desk, &input.email, input.password.reveal()).await?;
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(SecondFactorOffer { otpauth_uri }))
}

/// Address, password and the first code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorConfirmation {
    /// Address.
    #[schema(format = "email", max_length = 254, example = "verifikator@bkn.example.go.id")]
    pub email: String,
    /// Password.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    pub password: Confidential<String>,
    /// The code that the authenticator shows now.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    pub code: Confidential<String>,
}

/// Codes for the day the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each is good once, in place of a code of the authenticator.
    #[schema(example = json!(["7k3mp-9qx2b-bd4fs-h6tzr-w8c2n", "2n8rt-4wpcs-x0rbk-m3tzd-9f2kq"]))]
    pub recovery_codes: Vec<String>,
}

/// Confirm the second factor by its first code.
#[utoipa::path(
    tag = "session", request_body = SecondFactorConfirmation,
    responses((status = 201, description = "Confirmed; the recovery codes are shown once", body = RecoveryCodes), Credentials)
)]
#[post("/v1/second-factor/confirmation")]
pub async fn confirm_second_factor(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    network: Network,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: SecondFactorConfirmation = body::read(&schemas, "SecondFactorConfirmation", &bytes)?;
    let (desk, password) = (desk(&app, &network), input.password.reveal());
    let recovery_codes = credentials::confirm_second_factor(&desk, &input.email, password, input.code.reveal()).await?;
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(RecoveryCodes { recovery_codes }))
}
