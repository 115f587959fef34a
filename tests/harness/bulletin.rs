//! The published tables of November 2020, and what a run prints held against them.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::Value;

use super::program::root;

pub(crate) fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = root().join("golden/lianyungang/2020-11").join(name);
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headings = reader.headers().unwrap().clone();
    reader.records().map(|row| headings.iter().map(str::to_owned).zip(row.unwrap().iter().map(str::to_owned)).collect()).collect()
}

pub(crate) fn units(results: &Value) -> BTreeMap<String, &Value> {
    results["units"].as_array().unwrap().iter().map(|unit| (unit["unit"].as_str().unwrap().to_owned(), unit)).collect()
}

pub(crate) fn decimal(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap()
}

/// The columns that only counties are scored on.
const COUNTY_ONLY: [&str; 5] = ["实时归集数据稳定性", "归集数据质量", "服务知晓度", "接通率", "服务现场"];

/// How many printed cells there are, and those that are computed otherwise: unit, column, printed, computed.
pub(crate) fn compared(results: &Value) -> (usize, Vec<[String; 4]>) {
    let units = units(results);
    let (mut cells, mut differing) = (0, Vec::new());
    let mut hold = |unit: &str, column: &str, published: &str, computed: &Value| {
        cells += 1;
        let same = match computed {
            Value::String(text) => decimal(text) == decimal(published),
            Value::Number(number) => decimal(&number.to_string()) == decimal(published),
            _ => false,
        };
        if !same {
            differing.push([unit.to_owned(), column.to_owned(), published.to_owned(), computed.to_string()]);
        }
    };
    for row in rows("annex.csv") {
        let unit = units[&row["单位"]];
        for (column, published) in &row {
            match column.as_str() {
                "序号" | "单位" => {}
                "综合得分" => hold(&row["单位"], column, published, &unit["total"]),
                column => {
                    let indicator = &unit["indicators"][column];
                    assert!(indicator.is_object(), "{column}");
                    if published.is_empty() && COUNTY_ONLY.contains(&column) {
                        assert_eq!(indicator["status"], "not_applicable");
                        hold(&row["单位"], column, "0", &Value::String("0".to_owned()));
                    } else {
                        let published = if published.is_empty() { "0" } else { published };
                        hold(&row["单位"], column, published, &indicator["score"]);
                    }
                }
            }
        }
    }
    for row in rows("ranking.csv") {
        let unit = units[&row["单位"]];
        assert_eq!(unit["tier"], row["层级"].as_str());
        assert_eq!(decimal(unit["full"].as_str().unwrap()), decimal(if row["层级"] == "县区" { "150" } else { "100" }));
        hold(&row["单位"], "排名", &row["排名"], &unit["rank"]);
    }
    (cells, differing)
}
