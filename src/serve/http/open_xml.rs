//! JSON of Open311 as its XML: the standard has one form by the other (the Spark convention), so there is
//! one rendering.
//!
//! Promises: texts are escaped, what XML has no place for becomes U+FFFD; members that are this hub's own
//! are left out, as the standard wants no foreign elements.

use serde_json::Value;

/// Members of this hub's own.
const OWN: [&str; 3] = ["extended_attributes", "rating_token", "votes"];

/// What one of a list is called.
const ONE_OF: [(&str, &str); 7] = [
    ("services", "service"),
    ("attributes", "attribute"),
    ("values", "value"),
    ("service_requests", "request"),
    ("endpoints", "endpoint"),
    ("formats", "format"),
    ("errors", "error"),
];

/// A document whose root has this name.
pub(in crate::serve) fn xml(root: &str, value: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    element(&mut out, root, value);
    out.push('\n');
    out
}

fn element(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        out.extend(["<", name, "/>"]);
        return;
    }
    out.extend(["<", name, ">"]);
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| !OWN.contains(&&***name)) {
                element(out, name, value);
            }
        }
        Value::Array(all) => {
            let known = ONE_OF.iter().find(|(many, _)| *many == name);
            let one = known.map_or("item", |(_, one)| *one);
            for value in all {
                element(out, one, value);
            }
        }
        Value::String(text) => escape(out, text),
        other => out.push_str(&other.to_string()),
    }
    out.extend(["</", name, ">"]);
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_name_what_is_in_them_and_nothing_in_a_text_is_markup() {
        let requests = json!([{
            "service_request_id": "17", "description": "a <b> & \u{1}]]>\n", "lat": 1.3,
            "address": null, "votes": 3, "extended_attributes": {"state": "open"},
        }]);
        assert_eq!(
            xml("service_requests", &requests),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service_requests><request><address/>\
             <description>a &lt;b&gt; &amp; \u{fffd}]]&gt;\n</description><lat>1.3</lat>\
             <service_request_id>17</service_request_id></request></service_requests>\n"
        );
        let empty = xml("services", &json!([]));
        assert!(empty.ends_with("<services></services>\n"), "{empty}");
    }
}
