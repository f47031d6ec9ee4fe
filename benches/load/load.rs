//! The load generator: keeps a number of HTTP/1.1 connections busy from one thread, each with one request at a time.
//! Looks at no more of an answer than its status and length, so that it takes little of the machine it measures.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::LocalSet;

use super::Failure;
use super::requests::Requests;
use super::results::{Run, percentile};

/// Keeps `connections` busy for `time`. Fails when any answer is not the right one.
pub async fn run(address: SocketAddr, connections: usize, time: Duration, requests: Requests) -> Result<Run, Failure> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let requests = Rc::new(RefCell::new(requests));
    let (local, begun) = (LocalSet::new(), Instant::now());
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| local.spawn_local(keep_busy(stream, begun + time, Rc::clone(&requests))))
        .collect();
    local.await;
    let elapsed = begun.elapsed().as_secs_f64();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    times.sort_unstable();
    Ok(Run {
        rate: times.len() as f64 / elapsed,
        p50_ms: percentile(&times, 0.50),
        p99_ms: percentile(&times, 0.99),
        ..Run::default()
    })
}

/// One connection, until the time is over or there are no requests left. Answers how long each took.
async fn keep_busy(
    stream: TcpStream,
    until: Instant,
    requests: Rc<RefCell<Requests>>,
) -> Result<Vec<Duration>, Failure> {
    let (mut times, mut request, mut reply) = (Vec::with_capacity(8192), Vec::new(), vec![0; 65_536]);
    let expected = requests.borrow().status();
    loop {
        let begun = Instant::now();
        if begun >= until || !requests.borrow_mut().next(&mut request) {
            return Ok(times);
        }
        write(&stream, &request).await?;
        let (status, length) = read(&stream, &mut reply).await?;
        if status != expected {
            let reply = String::from_utf8_lossy(reply.get(..length).unwrap_or_default());
            return Err(format!("answered {status}, not {expected}: {reply}").into());
        }
        times.push(begun.elapsed());
    }
}

/// Writes all of it.
pub async fn write(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.try_write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads one whole reply; answers its status and how long it is with its head.
pub async fn read(stream: &TcpStream, reply: &mut [u8]) -> Result<(u16, usize), Failure> {
    let (mut have, mut whole) = (0, None);
    loop {
        stream.readable().await?;
        match stream.try_read(reply.get_mut(have..).unwrap_or_default()) {
            Ok(0) => return Err("the connection was closed before the reply was whole".into()),
            Ok(read) => have += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        }
        let got = reply.get(..have).unwrap_or_default();
        if whole.is_none() {
            whole = head(got)?;
        }
        if let Some((status, length)) = whole.filter(|(_, length)| *length <= have) {
            return Ok((status, length));
        }
    }
}

/// Status and whole length, as soon as the head is there.
fn head(reply: &[u8]) -> Result<Option<(u16, usize)>, Failure> {
    let Some(end) = reply.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(reply.get(..end).unwrap_or_default())?;
    let status = head.get(9..12).ok_or("a reply without status")?.parse()?;
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let mut length =
        length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value.trim());
    let length: usize = length.next_back().map_or(Ok(0), str::parse)?;
    Ok(Some((status, end + 4 + length)))
}
