//! From shades of grey to black and white.

use crate::gray::Gray;

/// Black or white for every pixel: 1 is black.
pub(super) struct Bits {
    pub width: usize,
    pub height: usize,
    pixels: Vec<u8>,
}

impl Bits {
    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..][..self.width]
    }

    pub fn black(&self, x: usize, y: usize) -> bool {
        self.pixels[y * self.width + x] == 1
    }
}

/// Black is what is darker than its surroundings by `margin` percent; they reach `reach` pixels to each side.
///
/// Paper is never evenly lit and never quite white. The mean of a square around each pixel follows shadows, and grey
/// paper without ink stays white because of the margin.
pub(super) fn darker_than_around(gray: &Gray, reach: usize, margin: u32) -> Bits {
    let (width, height) = (gray.width(), gray.height());
    let reach = reach.clamp(1, width.min(height).max(2) / 2);
    let mut pixels = vec![0; width * height];
    // Sums of each column over the rows of the square; the square moves down by one row at a time.
    let mut columns = vec![0_u32; width];
    let add = |columns: &mut [u32], y: usize| {
        for (sum, &pixel) in columns.iter_mut().zip(gray.row(y)) {
            *sum += u32::from(pixel);
        }
    };
    for y in 0..reach.min(height) {
        add(&mut columns, y);
    }
    let mut prefix = vec![0_u32; width + 1];
    for y in 0..height {
        if y + reach < height {
            add(&mut columns, y + reach);
        }
        if y > reach {
            for (sum, &pixel) in columns.iter_mut().zip(gray.row(y - reach - 1)) {
                *sum -= u32::from(pixel);
            }
        }
        let rows = (y + reach + 1).min(height) - y.saturating_sub(reach);
        // Wrapping: only differences are used, and those of one square are small.
        let mut total = 0_u32;
        for (x, sum) in columns.iter().enumerate() {
            total = total.wrapping_add(*sum);
            prefix[x + 1] = total;
        }
        let out = &mut pixels[y * width..][..width];
        for (x, (out, &pixel)) in out.iter_mut().zip(gray.row(y)).enumerate() {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
            let count = (rows * (right - left)) as u64;
            let sum = u64::from(prefix[right].wrapping_sub(prefix[left]));
            *out = u8::from(u64::from(pixel) * count * 100 < sum * u64::from(100 - margin));
        }
    }
    Bits { width, height, pixels }
}
