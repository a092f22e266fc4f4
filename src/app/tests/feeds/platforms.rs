//! The shapes in which Chinese cities' platforms are told of their car parks, with values made up:
//! each mapped, pushed, answered as its sender insists and told.

use super::*;

/// A platform: its table, where and what it sends, what it wants to hear, and what is told of `P1`.
struct Platform {
    name: &'static str,
    table: &'static str,
    query: &'static str,
    headers: &'static str,
    body: &'static str,
    answer: (u16, &'static str),
    vacant: u32,
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
const JSON: &str = "content-type: application/json\r\n";

const PLATFORMS: [Platform; 9] = [
    // In the manner of Beijing Xicheng: totals of the day beside the vacancy, Unix seconds.
    Platform {
        name: "xicheng",
        table: "shape = \"json\"\nrows = \"$\"\n[feeds.push]\nauth = \"secret\"\nsecret = \"app-1\"\nsign = \"appkey\"\n\
            reply = { status = 200, body = '{\"code\":0}' }\n[feeds.map]\nzone = \"$.park\"\nvacant = \"$.free\"\n\
            in = \"$.in\"\nout = \"$.out\"\nat = { path = \"$.dotime\", format = \"epoch_s\" }",
        query: "?appkey=app-1",
        headers: JSON,
        body: "{\"park\":\"P1\",\"in\":120,\"out\":80,\"free\":21,\"plateid\":\"UNKNOWN\",\"inout\":1,\"dotime\":1795399190}",
        answer: (200, "{\"code\":0}"),
        vacant: 21,
    },
    // In the manner of Hangzhou: compact local time, a spare-berth count.
    Platform {
        name: "hangzhou",
        table: "shape = \"json\"\nrows = \"$\"\ntime_zone = \"Asia/Shanghai\"\n[feeds.push]\nauth = \"basic\"\n\
            username = \"city\"\nsecret = \"pw\"\nreply = { status = 200, body = 'success' }\n[feeds.map]\n\
            zone = \"$.parking\"\nvacant = \"$.spare_berth\"\ncapacity = \"$.parking_num\"\n\
            at = { path = \"$.arrive_time\", format = \"%Y%m%d%H%M%S\" }",
        query: "",
        headers: "content-type: application/json\r\nauthorization: Basic Y2l0eTpwdw==\r\n",
        body: "{\"parking\":\"P1\",\"arrive_time\":\"20261123095955\",\"plate_number\":\"X\",\"spare_berth\":\"22\",\"parking_num\":\"100\",\"change\":1}",
        answer: (200, "success"),
        vacant: 22,
    },
    // In the manner of Hefei: total and surplus of a store.
    Platform {
        name: "hefei",
        table: "shape = \"json\"\nrows = \"$.data\"\n[feeds.push]\nauth = \"hmac\"\nsecret = \"key\"\nsign = \"x-sign\"\n\
            reply = { status = 200, body = '{\"success\":true}' }\n[feeds.map]\nzone = \"$.osStoreCode\"\n\
            vacant = \"$.surplus\"\ncapacity = \"$.total\"",
        query: "",
        headers: HEFEI,
        body: "{\"data\":{\"osStoreCode\":\"P1\",\"total\":100,\"surplus\":23}}",
        answer: (200, "{\"success\":true}"),
        vacant: 23,
    },
    // In the manner of P-cloud: a form, sorted and signed, answered with code 1001.
    Platform {
        name: "pcloud",
        table: "shape = \"form\"\n[feeds.push]\nauth = \"md5-sorted\"\nsecret = \"k3y\"\n\
            reply = { status = 200, body = '{\"code\":\"1001\"}' }\n[feeds.map]\nzone = \"$.park_uuid\"\n\
            vacant = \"$.remain_space\"\ncapacity = \"$.total_space\"",
        query: "",
        headers: FORM,
        body: PCLOUD,
        answer: (200, "{\"code\":\"1001\"}"),
        vacant: 24,
    },
    // In the manner of bolink: empty plot, an MD5 of the sorted members.
    Platform {
        name: "bolink",
        table: "shape = \"json\"\nrows = \"$\"\n[feeds.push]\nauth = \"md5-sorted\"\nsecret = \"k3y\"\n\
            reply = { status = 200, body = '{\"state\":1}' }\n[feeds.map]\nzone = \"$.park_id\"\n\
            vacant = \"$.empty_plot\"\ncapacity = \"$.total_plot\"",
        query: "",
        headers: JSON,
        body: BOLINK,
        answer: (200, "{\"state\":1}"),
        vacant: 25,
    },
    // In the manner of a province's traffic control: what is left of places, local time.
    Platform {
        name: "gates-province",
        table: "shape = \"json\"\nrows = \"$[*]\"\ntime_zone = \"Asia/Shanghai\"\n[feeds.push]\nauth = \"bearer\"\n\
            [feeds.map]\nzone = \"$.parkCode\"\nvacant = \"$.reducePlaceCount\"\ncapacity = \"$.totalPlaceCount\"\n\
            at = { path = \"$.createTime\", format = \"%Y-%m-%d %H:%M:%S\" }",
        query: "",
        headers: "content-type: application/json\r\nauthorization: Bearer bh_gate\r\n",
        body: "[{\"parkCode\":\"P1\",\"createTime\":\"2026-11-23 10:00:06\",\"totalPlaceCount\":100,\"reducePlaceCount\":26}]",
        answer: (202, "{\"accepted\":1,\"refused\":[]}"),
        vacant: 26,
    },
    // In the manner of a map layer of a fair: upper-case members, cars and lorries apart.
    Platform {
        name: "fair",
        table: "shape = \"json\"\nrows = \"$.features[*].attributes\"\n[feeds.push]\nauth = \"secret\"\nsecret = \"s\"\n\
            reply = { status = 200, body = 'ok' }\n[feeds.map]\nzone = \"$.PARK\"\ncounts = [\n\
            { vacant = \"$.S_REMAIN_PARKNUM\", capacity = \"$.S_PARKNUM\", kind = \"car\" },\n\
            { vacant = \"$.B_REMAIN_PARKNUM\", capacity = \"$.B_PARKNUM\", kind = \"heavy\" } ]",
        query: "?secret=s",
        headers: JSON,
        body: "{\"features\":[{\"attributes\":{\"PARK\":\"P1\",\"S_PARKNUM\":100,\"S_REMAIN_PARKNUM\":27,\"B_PARKNUM\":10,\"B_REMAIN_PARKNUM\":3}}]}",
        answer: (200, "ok"),
        vacant: 27,
    },
    // In the manner of Guangzhou's standard: numbers by a long id, with the kind of space.
    Platform {
        name: "guangzhou",
        table: "shape = \"json\"\nrows = \"$.ParkStatus[*]\"\n[feeds.push]\nauth = \"secret\"\nsecret = \"s\"\n\
            reply = { status = 200, body = '{\"result\":\"0\"}' }\n[feeds.map]\nzone = { path = \"$.ParkID\", prefix = \"P\" }\n\
            vacant = \"$.RSpace\"\ncapacity = \"$.CSpace\"",
        query: "?secret=s",
        headers: JSON,
        body: "{\"ParkStatus\":[{\"ParkID\":1,\"CSpace\":100,\"RSpace\":28,\"FCPile\":4,\"SCPile\":2}]}",
        answer: (200, "{\"result\":\"0\"}"),
        vacant: 28,
    },
    // Open data as a table with Chinese heads and a byte order mark.
    Platform {
        name: "table",
        table: "shape = \"csv\"\n[feeds.push]\nauth = \"secret\"\nsecret = \"s\"\nreply = { status = 200, body = 'ok' }\n\
            [feeds.map]\nzone = \"停车场编号\"\nvacant = \"剩余泊位数\"\ncapacity = \"车位总数\"",
        query: "?secret=s",
        headers: "content-type: text/csv; charset=utf-8\r\n",
        body: "\u{feff}停车场编号,停车场名称,车位总数,剩余泊位数\r\nP1,人民广场,100,29\r\n",
        answer: (200, "ok"),
        vacant: 29,
    },
];

const HEFEI: &str = "content-type: application/json\r\n\
    x-sign: 191e79e0539cf5ccd4ff4708775c8b3bbb003898382721817cd2e72d09b5f22c\r\n";
const PCLOUD: &str =
    "park_uuid=P1&remain_space=24&total_space=100&sign=F182FE4E1DCB8824F548D26908439187";
const BOLINK: &str = "{\"park_id\":\"P1\",\"union_id\":\"u1\",\"total_plot\":100,\"empty_plot\":25,\"rand\":7,\"sign\":\"75914A8A62233AD168A07F6B9B92A20B\"}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_platform_is_understood_known_and_answered_as_it_insists() {
    let folder = tempfile::tempdir().unwrap();
    let table = |p: &Platform| {
        let name = p.name;
        format!(
            "[[feeds]]\nname = \"{name}\"\narea = \"all\"\n{}\n",
            p.table
        )
    };
    let feeds: String = PLATFORMS.iter().map(table).collect();
    let hub = start(folder.path(), &feeds).await;
    for p in &PLATFORMS {
        // Each count is of a moment later than the one before.
        hub.clock.advance(1000);
        let path = format!("/v1/push/{}{}", p.name, p.query);
        let (status, body) = post(&hub, &path, p.headers, p.body).await;
        assert_eq!((status, &*body), p.answer, "{}", p.name);
        hub.vacant("P1", p.vacant).await;
        let forged = p.body.replacen("P1", "P2", 1);
        let knows = ["pcloud", "bolink", "hefei"].contains(&p.name);
        if knows {
            let (status, _) = post(&hub, &path, p.headers, &forged).await;
            assert_eq!(status, 401, "{}: a signature is of its body alone", p.name);
        }
    }
    let lorries = hub.until("/v1/zones/P1", None, |_| true).await;
    assert_eq!(lorries["vacant"]["heavy"], 3);
    hub.hub.stop().await.unwrap();
}
