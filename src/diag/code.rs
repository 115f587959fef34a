//! The closed list of codes.

use serde::Serialize;

use super::{Lang, Words, pages};

/// Whether a diagnostic stops the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $id:literal, $zh:literal, $en:literal;)*) => {
        /// What kind of fault a diagnostic reports. The numbers are stable: K01 syntax, K02 names, K03 units and marks,
        /// K04 plan, K05 facts, K06 extension functions, K07 audits, W warnings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The stable id, as in `K0301`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Code::$name => $id,)* }
            }

            /// What the code means, in a few words.
            #[must_use]
            pub fn title(self) -> Words {
                match self { $(Code::$name => Words { zh: $zh.to_owned(), en: $en.to_owned() },)* }
            }
        }
    };
}

codes! {
    /// Something else was expected here.
    Unexpected = "K0101", "此处写法读不懂", "this cannot be read here";
    /// Words that need a space between them.
    RunTogether = "K0102", "几个词连写成了一个词", "words run together";
    /// A bracket that is never closed.
    Unclosed = "K0103", "括号没有闭合", "bracket never closed";
    /// A closing bracket without its opening one.
    Stray = "K0104", "多出的右括号", "closing bracket without an opening one";
    /// A text or a quoted name that does not end.
    OpenText = "K0105", "引号没有闭合", "quotation never closed";
    /// Brackets nested past the limit.
    TooDeep = "K0106", "括号套得太深", "brackets nested too deeply";
    /// A number with more digits than can be kept.
    LongNumber = "K0108", "数字位数太多", "number has too many digits";
    /// A block of rules in a Markdown text that is never closed.
    OpenBlock = "K0111", "规则块没有闭合", "block of rules never closed";
    /// A name that nothing declares.
    UnknownName = "K0201", "没有声明的名称", "unknown name";
    /// Two declarations of one name.
    Duplicate = "K0202", "重复声明", "declared twice";
    /// A tier that nothing declares.
    UnknownTier = "K0203", "没有声明的层级", "unknown tier";
    /// A unit of measurement that nothing declares.
    UnknownUnit = "K0204", "没有声明的计量单位", "unknown unit of measurement";
    /// A part without which there is no standard.
    MissingPart = "K0205", "标准缺少必要的部分", "the standard lacks a part";
    /// A name of the wrong kind.
    WrongKind = "K0206", "名称的种类不对", "a name of the wrong kind";
    /// Two facts that read one column.
    SharedColumn = "K0207", "两项数据读同一列", "two facts read one column";
    /// An amendment of what is not there, or stands more than once.
    AmendedTarget = "K0221", "修订的对象不对", "amendment of nothing that can be found";
    /// An amendment whose old value is not what is in force.
    AmendedOld = "K0222", "修订的原值不符", "old value of an amendment does not match";
    /// Changes of one amendment that do not go together, or that change nothing.
    AmendedTwice = "K0223", "几处修订互相冲突", "changes that do not go together";
    /// Versions whose dates overlap, or leave days without any.
    Calendar = "K0224", "各版本的施行期不衔接", "dates of versions that do not fit";
    /// A file to use that is not there, or not where rules may lie.
    UseMissing = "K0226", "引用的文件读不到", "file to use not found";
    /// Files that use one another.
    UseCircle = "K0227", "引用绕成一圈", "files use one another";
    /// A file that states a standard and is used by one.
    UseStandard = "K0228", "引用的文件自有标准", "used file states a standard";
    /// Units that do not go together.
    UnitMismatch = "K0301", "单位不合", "units do not match";
    /// Marks of the parts that do not make the whole.
    MarksSum = "K0302", "分值合计不符", "marks do not add up";
    /// An exact fraction that leaves its expression without rounding.
    Unrounded = "K0303", "除得的数没有取整", "unrounded quotient";
    /// A step in % over a difference of rates.
    PercentStep = "K0304", "每 1% 与百分点之差", "a step in % over a difference of rates";
    /// A step of counts that does not say what an incomplete step counts for.
    StepReading = "K0305", "不足一步如何计没有写明", "incomplete steps not settled";
    /// A unit without a customary step.
    NoStep = "K0306", "精度没有写明", "precision not stated";
    /// A bound off the grid on which scores are rounded.
    OffGrid = "K0307", "界限不在取整的格上", "bound off the rounding grid";
    /// Something that must be the same for all units of a tier.
    NotConstant = "K0308", "此处须为定值", "a constant is needed here";
    /// A truth, a choice and a number confused.
    WrongType = "K0309", "类型不合", "wrong type";
    /// A date that is none, or an end before its beginning.
    BadDate = "K0310", "日期不对", "no such date";
    /// Declarations that need each other.
    Circle = "K0401", "循环定义", "circular definition";
    /// An item whose score nothing decides.
    NothingDecides = "K0402", "没有条款定出本项得分", "nothing decides the score";
    /// A table that some values match no row of.
    TableGap = "K0403", "分档有空缺", "gap in a table";
    /// A table that some values match two rows of.
    TableOverlap = "K0404", "分档有重叠", "overlap in a table";
    /// A clause that can never be reached.
    Unreachable = "K0405", "永远轮不到的条款", "unreachable clause";
    /// A quotient by 0 that no clause catches.
    Undefined = "K0406", "除数可能为 0 而无规定", "division by zero not settled";
    /// An item that deducts and adds without saying from where.
    NoBase = "K0407", "又扣又加而没有起评分", "deducts and adds without a base";
    /// A clause that changes nothing.
    NoEffect = "K0408", "不起作用的条款", "clause without effect";
    /// A value of an item that does not apply to every tier that reads it.
    ScopeMismatch = "K0409", "适用范围不合", "scopes do not agree";
    /// Clauses that exclude each other.
    Conflict = "K0410", "条款互相冲突", "conflicting clauses";
    /// Anchors that do not ascend.
    Anchors = "K0411", "插值点没有从小到大", "anchors not ascending";
    /// A heading of a table of facts that names nothing.
    UnknownColumn = "K0501", "不认识的列", "unknown column";
    /// A unit that is not in the register.
    UnknownMember = "K0502", "名册里没有的单位", "unit not in the register";
    /// A unit with two rows in one file.
    DuplicateMember = "K0503", "一个单位出现两次", "unit listed twice";
    /// A cell that is no value of its column.
    BadCell = "K0504", "单元格读不成数", "cell cannot be read";
    /// A count that is negative or not whole.
    BadCount = "K0505", "件数为负或不是整数", "negative or fractional count";
    /// A value above the fact that bounds it.
    AboveBound = "K0506", "超出了另一项数据", "above the fact that bounds it";
    /// A value outside its range.
    OutOfRange = "K0507", "数值超出范围", "value out of range";
    /// More digits than the step allows.
    TooFine = "K0508", "位数多于精度", "finer than its step";
    /// Two files that say different things.
    Disagree = "K0509", "两份文件不一致", "two files disagree";
    /// A fact that is given and also follows from others, differently.
    GivenDerived = "K0510", "直接给出的与推算的不合", "given and derived values differ";
    /// A result that cannot be held exactly.
    Overflow = "K0511", "算得的数太大", "result too large";
    /// A table that lacks what every table needs.
    BadTable = "K0512", "表格不合要求", "table cannot be used";
    /// A register of units that contradicts itself or the rules.
    BadRegister = "K0513", "单位名册有误", "fault in the register";
    /// A table of provenance that does not fit its facts.
    BadProvenance = "K0514", "来历表有误", "fault in the provenance table";
    /// A tier in the facts that is not the register's.
    TierDisagrees = "K0515", "层级与名册不一致", "tier differs from the register";
    /// A period that the standard does not cover.
    BadPeriod = "K0516", "期别不对", "period not covered";
    /// A file of a format that is not read.
    NoFormat = "K0517", "读不了的文件格式", "format not read";
    /// A table past the limits.
    TooLarge = "K0518", "表格超过限度", "table past a limit";
    /// A cell of a workbook from which no value can be taken.
    NoValue = "K0519", "单元格没有可用的值", "cell without a value";
    /// An adjustment whose old value is not what is there.
    AdjustedOld = "K0521", "调整的原值不符", "old value of an adjustment does not match";
    /// An adjustment of something that cannot be changed or found.
    AdjustedTarget = "K0522", "调整的对象不对", "adjustment of nothing that can be changed";
    /// A row of adjustments that is incomplete or says nothing.
    BadAdjustment = "K0523", "调整表有误", "fault in the table of adjustments";
    /// Two adjustments of one cell that do not follow from each other.
    AdjustmentChain = "K0524", "几次调整前后不接", "adjustments that do not follow from each other";
    /// A score outside the range of its item.
    AdjustedBounds = "K0525", "调整后的得分超出范围", "adjusted score out of range";
    /// A calendar that cannot be read.
    BadCalendar = "K0531", "工作日历有误", "fault in the calendar";
    /// A time that the calendar does not cover.
    OutsideCalendar = "K0532", "时间不在日历的范围里", "time outside the calendar";
    /// A cell of a record that is blank and must not be.
    BlankField = "K0533", "记录里缺了不可空的格", "blank cell in a record";
    /// A table that looks like a copy of another.
    Copy = "K0534", "像是副本的表", "table that looks like a copy";
    /// A cell of a fact known in part whose set cannot be read, or holds nothing.
    BadSet = "K0535", "不成立的范围", "set of values that does not hold";
    /// A script that is not there, or not where scripts may lie.
    ScriptMissing = "K0601", "脚本读不到", "script not found";
    /// A script that the engine of scripts cannot read.
    ScriptSyntax = "K0602", "脚本读不懂", "script cannot be read";
    /// A function that its script does not define.
    ScriptFunction = "K0603", "脚本里没有声明的函数", "function not in its script";
    /// A call with too few or too many arguments.
    ArgumentCount = "K0604", "参数的个数不对", "wrong number of arguments";
    /// A script that holds what scripts must not.
    ScriptRefused = "K0605", "脚本用了不能用的", "not allowed in a script";
    /// A call that fails for the data of a unit.
    CallFailed = "K0606", "扩展函数算不出", "extension function fails";
    /// A result outside the range of its function.
    CallOutside = "K0607", "扩展函数的结果超出范围", "result out of its range";
    /// A result with more digits than the step of its function.
    CallFiner = "K0608", "扩展函数的结果没有取整", "result finer than its step";
    /// A statement of a claims file that cannot be read.
    BadClaim = "K0701", "断言读不懂", "claim cannot be read";
    /// A quotation that its line does not hold.
    NotQuoted = "K0702", "引文不在那一行", "quotation not in its line";
    /// A table that the claims file does not declare.
    UnknownTable = "K0703", "没有声明的表", "unknown table";
    /// A column that a table of the claims file does not have.
    UnknownTableColumn = "K0704", "表里没有的列", "unknown column of a table";
    /// A file that the claims file names and that cannot be read.
    ClaimFile = "K0705", "断言所用的文件读不了", "file of the claims cannot be read";
    /// A row of a published table without a key of its own.
    BadKey = "K0706", "表的键不唯一", "key not unique";
    /// A name that stands for several.
    BadAlias = "K0707", "别名有歧义", "ambiguous alias";
    /// A block of a Markdown text that looks like rules and is not marked as such.
    BlockUnread = "W0111", "没有读的规则块", "block of rules not read";
    /// A name that is declared and never read.
    Unused = "W0201", "声明了而没有用到", "declared and never used";
    /// What a version reads of a period in which another was in force that has no such thing.
    NotThen = "W0401", "往期的版本没有这一项", "not in the version of that time";
    /// A printed value and its printed parts that differ within the roundings of print.
    PrintedApart = "W0501", "印出的数与分项略有出入", "printed value and parts differ within their rounding";
    /// A rate outside 0 to 100 %.
    OddRate = "W0502", "率不在 0 至 100% 之内", "rate outside 0 to 100 %";
    /// Facts that no clause reads for this unit.
    Unread = "W0503", "给出了而用不到的数据", "fact given and not read";
    /// A sheet of a workbook that is not read.
    SheetUnread = "W0504", "没有读的工作表", "sheet not read";
    /// Rows or columns that are no facts.
    RowUnread = "W0505", "没有读的行或列", "row or column not read";
    /// A section of a sheet whose marks are not those of its indicators.
    SheetMarks = "W0506", "表里的分值合计不符", "marks in the sheet do not add up";
    /// A column in percent that holds what look like fractions.
    LikeFractions = "W0507", "百分数的列里像是小数", "what look like fractions in a column in percent";
    /// Rules that read other periods, and no folder of their facts.
    NoPeriods = "W0508", "没有给出往期的数据", "facts of other periods not given";
    /// A file or folder among the facts that is not read.
    FileUnread = "W0509", "没有读的文件", "file not read";
    /// A record of which a blank cell leaves open whether it counts.
    OpenRecord = "W0531", "记录是否计入不能确定", "open whether a record counts";
}

impl Code {
    /// The code with that id, whatever the case of its letter.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }

    /// Whether it stops the work.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.id().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The long text: what it means, an example, what to do.
    #[must_use]
    pub fn page(self, lang: Lang) -> &'static str {
        pages::page(self, lang)
    }
}
