//! What a key sends is counted for it, and kept in its partner's name.

use super::*;

#[test]
fn what_a_key_sends_is_counted_for_it_and_refused_in_its_partners_name() {
    let mut bench = bench(Config::default());
    bench.speaker.account = KeyAccount::new(7, 0);
    bench.speaker.remit = SharedRemit::new(Remit {
        partner: "acme".into(),
        ..Remit::default()
    });
    bench.take(named("report"), &at(0));
    bench.take(named("report"), &at(-299_999));
    bench.take(named("report"), &at(-300_000));
    bench.take(named("status"), r#"{"online":true}"#);
    let out = bench.take(named("report"), r#"{"bay":"nowhere","state":"vacant"}"#);
    assert_eq!(&*out.refusals[0].partner, "acme");
    let mut counted = vec![];
    let usage = bench.speaker.account.usage();
    usage.take(|kind, n| counted.push((kind, n)));
    assert_eq!(
        counted,
        [
            (UsageKind::Accepted, 4),
            (UsageKind::Late, 1),
            (UsageKind::Refused(Reason::UnknownBay), 1),
        ]
    );
    // What the hub fetches itself is no partner's, whatever a partner is called.
    bench.speaker.account = KeyAccount::default();
    let out = bench.take(named("report"), "{");
    assert_eq!(&*out.refusals[0].partner, "");
}
