//! From which network an officer signs in, for counting failures. Never read for a reporter, never logged, never kept.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::app::App;

/// The header in which a trusted proxy names the caller.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The caller's network: an IPv4 /24 or an IPv6 /48, as text.
pub struct Network(pub String);

impl FromRequest for Network {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let trusted: &[IpAddr] =
            request.app_data::<web::Data<App>>().map_or(&[], |app| app.config.trusted_proxies.as_slice());
        let peer = request.peer_addr().map(|peer| peer.ip());
        let forwarded = request.headers().get(FORWARDED_FOR).and_then(|value| value.to_str().ok());
        ready(Ok(Self(caller(peer, forwarded, trusted).map_or_else(String::new, network))))
    }
}

/// The last address in the list that is no proxy of ours: those before it are what the caller says of himself.
fn caller(peer: Option<IpAddr>, forwarded: Option<&str>, trusted: &[IpAddr]) -> Option<IpAddr> {
    let peer = peer?;
    if !trusted.contains(&peer) {
        return Some(peer);
    }
    let hops = forwarded.unwrap_or_default().rsplit(',').map_while(|hop| hop.trim().parse::<IpAddr>().ok());
    hops.into_iter().find(|hop| !trusted.contains(hop)).or(Some(peer))
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_it_added() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let (proxy, peer) = (ip("10.0.0.1"), ip("203.0.113.9"));
        let of = |peer, forwarded| caller(Some(peer), forwarded, &[proxy]).map(network).unwrap();
        assert_eq!(of(peer, Some("198.51.100.7")), "203.0.113");
        assert_eq!(of(proxy, Some("192.0.2.1, 198.51.100.7")), "198.51.100");
        assert_eq!(of(proxy, Some("198.51.100.7, 10.0.0.1")), "198.51.100");
        assert_eq!(of(proxy, Some("forged, 10.0.0.1")), "10.0.0");
        assert_eq!(of(proxy, None), "10.0.0");
        assert_eq!(of(ip("2001:db8:aa:bb::1"), None), "2001:db8:aa");
        assert_eq!(of(ip("::ffff:203.0.113.9"), None), "203.0.113");
    }
}
