//! Files over HTTPS.

use std::path::Path;
use std::time::Duration;

use super::{Progress, place};
use crate::catalog::Remote;
use crate::{Error, Result};

/// An agent that gives up on a host which does not answer, but not on a large file.
pub(super) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_resolve(Some(Duration::from_secs(10)))
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
    ureq::Agent::new_with_config(config.build())
}

/// Gets one file into `folder`, unless it is there already.
pub(super) fn get(
    agent: &ureq::Agent,
    base: &str,
    remote: &Remote,
    folder: &Path,
    progress: &mut dyn Progress,
) -> Result<()> {
    let Some(part) = place::start(remote, folder)? else {
        return Ok(());
    };
    let url = format!("{base}{}", remote.path);
    let failed = |reason: String| Error::Download { url: url.clone(), reason };
    // The file is wanted as it lies there: no transfer encoding that would be undone on the way.
    let response = agent.get(&url).header("accept-encoding", "identity").call();
    let response = response.map_err(|e| failed(e.to_string()))?;
    let size = response.body().content_length();
    progress.begin(remote.save_as, size);
    let body = response.into_body().into_with_config().limit(remote.limit.saturating_add(1)).reader();
    let outcome = part.receive(body, remote, progress);
    progress.end();
    outcome.map_err(|e| match e {
        Error::Format { .. } => failed(e.to_string()),
        other => other,
    })
}
