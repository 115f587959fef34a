//! A small standard that the tests of this stage read tables for.

use crate::diag::{Code, Diagnostic, Place};
use crate::plan::Plan;
use crate::source::Sources;

const RULES: &str = r#"
标准 「样例」 {
    版本 "1"  施行 2020-01-01 至 2020-12-31  周期 月
    舍入 四舍五入  得分 取整到 0.01 分  并列 跳号
}
单位 样
单位 台 整数
层级 县区 满分 20 分
层级 部门 满分 10 分

数据 总工单数 : 件
数据 满意率 : %  列 "回访满意率"
数据 高出 : 百分点
数据 用时 : 天  精度 0.5 天
数据 设备 : 台
数据 样本 : 样  精度 1 样
数据 已报送 : { 是,否 }
数据 等次 : { 优,良,差 }

指标 办理 满分 10 分 {
    数据 超时数 : 件  列 "办理超时"
    超时数 每 1 件 扣 0.5 分,扣完为止
    当 总工单数 = 0 得 满分
    当 满意率 < 50% 得 0 分
    当 高出 > 1 百分点 得 0 分
    当 用时 > 5 天 得 0 分
    当 设备 > 5 台 得 0 分
    当 样本 > 5 样 得 0 分
    当 已报送 = 否 得 0 分
    当 等次 = 差 得 0 分
}
指标 知晓 满分 10 分 适用 县区 {
    数据 超时数 : 件  列 "知晓超时"
    超时数 每 1 件 扣 0.5 分,扣完为止
}
加分项 表扬 适用 县区 封顶 5 分 人工评定 列 "附加"
加分项 奖励 适用 部门 封顶 5 分 人工评定 列 "附加"

总分 = 合计 取整到 0.01 分
排名 层级 依 总分 从高到低
"#;

/// The plan of the small standard.
pub(super) fn plan() -> Plan {
    plan_of(RULES)
}

/// The plan of a rule text without faults.
pub(crate) fn plan_of(text: &str) -> Plan {
    let mut sources = Sources::default();
    sources.add("规则.kp", text);
    let parsed = crate::syntax::parse(&sources);
    let mut found = parsed.diagnostics.clone();
    let scripts = crate::extension::Scripts::compile(&sources, &mut found);
    let standard = crate::resolved::resolve(&parsed, &scripts, &mut found).pop();
    let errors: Vec<Diagnostic> = found.into_iter().filter(Diagnostic::is_error).collect();
    assert_eq!(errors, [], "{}", crate::diag::to_text(&errors, &sources, None, crate::diag::Colour::Off));
    crate::plan::lower(standard.unwrap(), crate::diag::Lang::Zh)
}

/// Code, row and heading of each diagnostic; each must say in both languages what to do.
pub(super) fn brief(found: &[Diagnostic]) -> Vec<(Code, usize, String)> {
    for one in found {
        assert!(!one.help.is_empty(), "{one:?}");
    }
    found
        .iter()
        .map(|one| match &one.labels.first().unwrap().place {
            Place::Cell(cell) => (one.code, cell.row, cell.column.clone()),
            _ => (one.code, 0, String::new()),
        })
        .collect()
}
