//! The demonstration.
use crate::config::Config;
use crate::serve::StartError;

/// Runs it.
pub async fn run(_config: Config, _exit: bool) -> Result<(), StartError> {
    Ok(())
}
