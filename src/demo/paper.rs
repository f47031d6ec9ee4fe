//! A sheet of paper for the demonstration and the tests: a small PDF that any viewer opens. It says what it is told to say.

use std::fmt::Write as _;

/// A PDF of one page in A4 with these lines. Characters beyond ASCII and brackets are left out.
pub fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut text = "BT /F1 12 Tf 72 770 Td 16 TL".to_owned();
    for line in lines {
        let plain: String = line.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '(' | ')' | '\\')).collect();
        let _ = write!(text, " ({plain}) Tj T*");
    }
    text.push_str(" ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
    ];
    let (mut pdf, mut places) = ("%PDF-1.4\n".to_owned(), String::new());
    for (object, number) in objects.iter().zip(1..) {
        let _ = writeln!(places, "{:010} 00000 n ", pdf.len());
        let _ = write!(pdf, "{number} 0 obj\n{object}\nendobj\n");
    }
    let (table, count) = (pdf.len(), objects.len() + 1);
    let _ = write!(
        pdf,
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    );
    pdf.into_bytes()
}
