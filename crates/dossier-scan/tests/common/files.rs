//! Scans as files.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::scanner::Picture;

pub fn jpeg(picture: &Picture, quality: u8) -> Vec<u8> {
    jpeg_with_exif(picture, quality, &[])
}

pub fn jpeg_with_exif(picture: &Picture, quality: u8, exif: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let color = if picture.colors == 3 { jpeg_encoder::ColorType::Rgb } else { jpeg_encoder::ColorType::Luma };
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    if !exif.is_empty() {
        encoder.add_exif_metadata(exif).unwrap();
    }
    encoder.encode(&picture.pixels, picture.width as u16, picture.height as u16, color).unwrap();
    bytes
}

pub fn png(picture: &Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width as u32, picture.height as u32);
    encoder.set_color(if picture.colors == 3 { png::ColorType::Rgb } else { png::ColorType::Grayscale });
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&picture.pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

pub fn tiff(picture: &Picture) -> Vec<u8> {
    use tiff::encoder::{TiffEncoder, colortype};
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let (width, height) = (picture.width as u32, picture.height as u32);
    if picture.colors == 3 {
        encoder.write_image::<colortype::RGB8>(width, height, &picture.pixels).unwrap();
    } else {
        encoder.write_image::<colortype::Gray8>(width, height, &picture.pixels).unwrap();
    }
    bytes.into_inner()
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A picture as it stands in a PDF: what its dictionary says besides its size, and its data.
pub struct Embedded {
    pub width: usize,
    pub height: usize,
    pub dictionary: String,
    pub data: Vec<u8>,
}

fn color_space(picture: &Picture) -> &'static str {
    if picture.colors == 3 { "/DeviceRGB" } else { "/DeviceGray" }
}

pub fn embedded_jpeg(picture: &Picture, quality: u8) -> Embedded {
    let dictionary = format!("/ColorSpace {} /BitsPerComponent 8 /Filter /DCTDecode", color_space(picture));
    Embedded { width: picture.width, height: picture.height, dictionary, data: jpeg(picture, quality) }
}

pub fn embedded_flate(picture: &Picture) -> Embedded {
    let dictionary = format!("/ColorSpace {} /BitsPerComponent 8 /Filter [/FlateDecode]", color_space(picture));
    Embedded { width: picture.width, height: picture.height, dictionary, data: deflated(&picture.pixels) }
}

/// Black and white as Group 4 packs it, in JBIG2: a page and one region that covers it.
pub fn embedded_jbig2(group_4: &[u8], width: usize, height: usize) -> Embedded {
    let long = |number: usize| (number as u32).to_be_bytes();
    let size = [long(width), long(height)].concat();
    let page = [&[0, 0, 0, 0, 48, 0, 1], &long(19)[..], &size, &[0; 11]].concat();
    let region = [&size[..], &[0; 9], &[1], group_4].concat();
    let data = [&page[..], &[0, 0, 0, 1, 38, 0, 1], &long(region.len()), &region].concat();
    let dictionary = "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode".into();
    Embedded { width, height, dictionary, data }
}

/// A PDF as scanners write it: one picture on each page.
pub fn scanned_pdf(pictures: &[Embedded], dpi: f32) -> Vec<u8> {
    let mut objects = Objects::default();
    let mut kids = Vec::new();
    for picture in pictures {
        let [width, height] = [picture.width, picture.height].map(|side| side as f32 / dpi * 72.0);
        let image = objects.stream(
            &format!(
                "/Type /XObject /Subtype /Image /Width {} /Height {} {}",
                picture.width, picture.height, picture.dictionary
            ),
            &picture.data,
        );
        let content = objects.stream("", format!("q {width} 0 0 {height} 0 0 cm /Im0 Do Q").as_bytes());
        let page = objects.add(format!(
            "<< /Type /Page /Parent 1 0 R /MediaBox [0 0 {width} {height}] /Contents {content} 0 R \
             /Resources << /XObject << /Im0 {image} 0 R >> >> >>"
        ));
        kids.push(format!("{page} 0 R"));
    }
    objects.finish(&kids)
}

/// The numbered parts of a PDF; 1 is its list of pages, 2 its root.
#[derive(Default)]
pub struct Objects(Vec<Vec<u8>>);

impl Objects {
    pub fn add(&mut self, text: impl Into<Vec<u8>>) -> usize {
        self.0.push(text.into());
        self.0.len() + 2
    }

    pub fn stream(&mut self, dictionary: &str, data: &[u8]) -> usize {
        let mut bytes = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(b"\nendstream");
        self.add(bytes)
    }

    pub fn finish(self, kids: &[String]) -> Vec<u8> {
        self.finish_with(kids, "")
    }

    pub fn finish_with(self, kids: &[String], trailer: &str) -> Vec<u8> {
        let pages = format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" "));
        let first = [pages.into_bytes(), b"<< /Type /Catalog /Pages 1 0 R >>".to_vec()];
        let mut bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut offsets = Vec::new();
        for (index, object) in first.iter().chain(&self.0).enumerate() {
            offsets.push(bytes.len());
            bytes.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
            bytes.extend_from_slice(object);
            bytes.extend_from_slice(b"\nendobj\n");
        }
        let start = bytes.len();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1);
        table.extend(offsets.iter().map(|offset| format!("{offset:010} 00000 n \n")));
        let size = offsets.len() + 1;
        table += &format!("trailer\n<< /Size {size} /Root 2 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n");
        bytes.extend_from_slice(table.as_bytes());
        bytes
    }
}
