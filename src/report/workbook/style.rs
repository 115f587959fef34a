//! How the cells look.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::diag::Lang;

const GRID: Color = Color::RGB(0x00A6_A6A6);
const HEAD: Color = Color::RGB(0x00DD_E5F1);
const BAND: Color = Color::RGB(0x00F2_F2F2);
const FAINT: Color = Color::RGB(0x0080_8080);
const ABSENT: Color = Color::RGB(0x00E4_E4E4);
const ADJUSTED: Color = Color::RGB(0x001F_4E9E);

/// The looks of a workbook.
pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) subtitle: Format,
    pub(super) head: Format,
    pub(super) band: Format,
    pub(super) text: Format,
    pub(super) centred: Format,
    /// A paragraph under a table.
    pub(super) paragraph: Format,
    /// The name of something, on the sheet of notes.
    pub(super) label: Format,
    pub(super) wrapped: Format,
    pub(super) heading: Format,
    /// An item that does not apply.
    pub(super) not_applicable: Format,
    /// A score that is missing or open, in words.
    pub(super) without: Format,
    /// What conditional formats add: full marks missed, all lost, given, taken, nothing given or taken.
    pub(super) below: Format,
    pub(super) zero: Format,
    pub(super) added: Format,
    pub(super) taken: Format,
    pub(super) idle: Format,
    number: Format,
}

/// What is to be seen of a score besides its number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    /// It rests on an assumption.
    pub(super) is_assumed: bool,
    /// It was adjusted after an appeal, or rests on what was.
    pub(super) is_adjusted: bool,
    /// It is a total.
    pub(super) is_total: bool,
}

impl Styles {
    pub(super) fn font(lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "宋体",
            Lang::En => "Calibri",
        }
    }

    pub(super) fn new(lang: Lang) -> Self {
        let plain = Format::new().set_font_name(Self::font(lang)).set_font_size(10).set_align(FormatAlign::VerticalCenter);
        let lined = plain.clone().set_border(FormatBorder::Thin).set_border_color(GRID);
        let centred = lined.clone().set_align(FormatAlign::Center);
        let wrapped = plain.clone().set_text_wrap().set_align(FormatAlign::Top).set_align(FormatAlign::Left);
        Styles {
            title: plain.clone().set_font_size(16).set_bold().set_align(FormatAlign::Center).set_text_wrap(),
            subtitle: plain.clone().set_font_color(FAINT).set_align(FormatAlign::Center),
            head: centred.clone().set_font_size(9).set_bold().set_text_wrap().set_background_color(HEAD),
            band: plain
                .clone()
                .set_bold()
                .set_background_color(BAND)
                .set_border_top(FormatBorder::Thin)
                .set_border_bottom(FormatBorder::Thin)
                .set_border_color(GRID),
            text: lined.clone().set_text_wrap(),
            number: lined.clone().set_align(FormatAlign::Right),
            paragraph: wrapped.clone().set_font_size(9),
            label: wrapped.clone().set_font_color(FAINT),
            heading: plain.clone().set_bold().set_font_size(11).set_border_bottom(FormatBorder::Thin).set_border_color(GRID),
            not_applicable: lined.clone().set_background_color(ABSENT),
            without: centred.clone().set_font_color(Color::RGB(0x00C0_0000)),
            below: Format::new().set_background_color(Color::RGB(0x00FF_F2CC)),
            zero: Format::new().set_background_color(Color::RGB(0x00F8_CBAD)).set_font_color(Color::RGB(0x009C_0006)),
            added: Format::new().set_font_color(Color::RGB(0x0037_7D22)),
            taken: Format::new().set_font_color(Color::RGB(0x00C0_0000)),
            idle: Format::new().set_font_color(Color::RGB(0x00BF_BFBF)),
            centred,
            wrapped,
        }
    }

    /// A score with so many decimal places.
    pub(super) fn score(&self, places: usize, marks: Marks) -> Format {
        let mut format = self.number.clone().set_num_format(digits(places));
        if marks.is_assumed {
            format = format.set_italic();
        }
        if marks.is_adjusted {
            format = format.set_border(FormatBorder::Medium).set_border_color(ADJUSTED);
        }
        if marks.is_total {
            format = format.set_bold();
        }
        format
    }

    /// A place; of a provisional one the mark belongs to the format, so that the cell stays a number.
    pub(super) fn place(&self, decimal: &str, provisional: Option<&str>) -> Format {
        let places = decimal.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits = digits(places);
        match provisional {
            None => self.centred.clone().set_num_format(digits),
            Some(mark) => self.centred.clone().set_num_format(format!("{digits}\"{mark}\"")).set_italic(),
        }
    }

    /// A number as long as it is.
    pub(super) fn count(&self, decimal: &str) -> Format {
        let places = decimal.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        self.number.clone().set_num_format(digits(places))
    }
}

fn digits(places: usize) -> String {
    if places == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(places)) }
}
