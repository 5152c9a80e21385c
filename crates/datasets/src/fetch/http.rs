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

#[cfg(test)]
pub(super) mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::{Quiet, digest};

    /// A server on this machine: `/good`, `/short` (promises more than it sends), `/long`, `/page` (a login page with
    /// status 200), anything else 404. Answers its address.
    pub(in crate::fetch) fn server() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut first, mut line) = (String::new(), String::new());
                reader.read_line(&mut first).unwrap();
                while reader.read_line(&mut line).unwrap() > 2 {
                    line.clear();
                }
                let (status, promised, body) = match first.split(' ').nth(1) {
                    Some("/good") => ("200 OK", 5, b"hello".to_vec()),
                    Some("/short") => ("200 OK", 500, b"hello".to_vec()),
                    Some("/long") => ("200 OK", 5000, vec![b'x'; 5000]),
                    Some("/page") => ("200 OK", 6, b"<html>".to_vec()),
                    _ => ("404 Not Found", 0, Vec::new()),
                };
                let mut stream = stream;
                let head =
                    format!("HTTP/1.1 {status}\r\nContent-Length: {promised}\r\nConnection: close\r\n\r\n");
                // The client may hang up early: that is what some cases are about.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        address
    }

    pub(in crate::fetch) fn remote(path: &'static str) -> Remote {
        let content: &'static str = digest::of_bytes(b"hello").leak();
        Remote { content: Some(content), ..Remote::new(path, "file", 1000) }
    }

    fn attempt(path: &'static str) -> (Result<()>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let outcome = get(&agent(), &server(), &remote(path), folder.path(), &mut Quiet);
        let names = std::fs::read_dir(folder.path()).unwrap().flatten();
        (outcome, names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn a_good_file_is_put_in_place() {
        let (outcome, files) = attempt("good");
        outcome.unwrap();
        assert_eq!(files, ["file"]);
    }

    #[test]
    fn what_goes_wrong_leaves_nothing() {
        for (path, reason) in
            [("nothing", "404"), ("short", "short"), ("long", "at most 1000"), ("page", "sha-256")]
        {
            let (outcome, files) = attempt(path);
            let message = outcome.unwrap_err().to_string();
            assert!(message.contains(reason), "{path}: {message}");
            assert_eq!(files, Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn a_checked_file_is_not_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "hello").unwrap();
        // Nobody listens on port 1.
        get(&agent(), "http://127.0.0.1:1/", &remote("good"), folder.path(), &mut Quiet).unwrap();
        std::fs::write(folder.path().join("file"), "jello").unwrap();
        let error = get(&agent(), "http://127.0.0.1:1/", &remote("good"), folder.path(), &mut Quiet);
        assert!(error.unwrap_err().to_string().contains("127.0.0.1:1"));
    }
}
