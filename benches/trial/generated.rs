//! Standards that are made up to be measured: the trial standard with points by rank, and one of so many indicators.

use std::fmt::Write;

use kaoping::engine::compile;
use kaoping::plan::Plan;
use kaoping::source::Sources;

const TRIAL: &str = include_str!("../../policies/lianyungang/标准.kp.md");

/// What the trial standard would say if it also gave points by rank: of a fact, and of a score.
const RANKED: &str = "
加分项 名次加分 封顶 2 分 {
    得 按 层级 名次(得分(按时办结率)) { 1: 2 分; (1, 3]: 1 分; 其余: 0 分 }
}
";

fn sources(text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("标准.kp", text);
    sources
}

/// The trial standard with points by rank.
pub fn ranked() -> Plan {
    let mut sources = Sources::default();
    sources.add("标准.kp.md", TRIAL);
    sources.add("名次.kp", RANKED);
    let compiled = compile(&sources);
    compiled.plan.expect("the standard has no faults")
}

/// A standard of so many indicators, each with facts, a value, clauses and a table of its own.
pub fn indicators(count: usize) -> Sources {
    let mut text = String::from("标准 「生成」 { 版本 \"1\" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }\n");
    let _ = writeln!(text, "层级 县区 满分 {} 分\n层级 部门 满分 {} 分", 2 * count, 2 * count);
    for section in 0..count.div_ceil(10) {
        let inside = 10.min(count - section * 10);
        let _ = writeln!(text, "类 类别_{section} 满分 {} 分 {{", 2 * inside);
        for index in 0..inside {
            let id = section * 10 + index;
            let _ = writeln!(text, "    数据 应办_{id} : 件\n    数据 超期_{id} : 件  不大于 应办_{id}");
            let _ = writeln!(text, "    数据 率_{id} : %  或由 1 - 超期_{id} / 应办_{id} 取整到 0.01%");
            let _ = writeln!(text, "    令 线_{id} = 按 层级 {{ 县区: 95%; 部门: 98% }}");
            let _ = writeln!(text, "    指标 指标_{id} 满分 2 分 {{\n        当 率_{id} 无从计算 得 满分\n        当 率_{id} < 60% 得 0 分");
            let _ = match id % 3 {
                0 => writeln!(text, "        率_{id} 低于 线_{id} 每 1 个百分点 扣 0.5 分"),
                1 => writeln!(text, "        扣 按 率_{id} {{ ≥ 98%: 0 分; [95%, 98%): 0.5 分; < 95%: 1 分 }}\n        当 率_{id} < 线_{id} 扣 0.1 分"),
                _ => writeln!(text, "        当 率_{id} < 线_{id} 得 1 分\n        得 按 层级 名次(率_{id}) {{ 1: 2 分; 2: 1 分; 其余: 0.5 分 }}"),
            };
            text.push_str("    }\n");
        }
        text.push_str("}\n");
    }
    text.push_str("总分 = 合计 封顶 满分 取整到 0.01 分\n排名 层级 依 总分\n");
    sources(&text)
}
