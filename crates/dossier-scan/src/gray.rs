//! A page in shades of grey.

use crate::Turn;

/// One byte a pixel, 255 is white; rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gray {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// A part of a page, in whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Gray {
    /// `None` where the pixels are not as many as the size says, or there are none.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        (!pixels.is_empty() && width.checked_mul(height) == Some(pixels.len())).then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// From what `value` says of each pixel, given x and y.
    fn from_fn(width: usize, height: usize, mut value: impl FnMut(usize, usize) -> u8) -> Self {
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            pixels.extend((0..width).map(|x| value(x, y)));
        }
        Self { width, height, pixels }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn longest(&self) -> usize {
        self.width.max(self.height)
    }

    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..][..self.width]
    }

    /// The value at a point between pixels, whose centres lie at halves; the edge goes on for ever.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let x = (x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (along, down) = (x - left as f32, y - top as f32);
        let at = |x: usize, y: usize| f32::from(self.pixels[y * self.width + x]);
        let upper = at(left, top) + (at(right, top) - at(left, top)) * along;
        let lower = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * along;
        upper + (lower - upper) * down
    }

    pub fn part(&self, part: Part) -> Self {
        let mut pixels = Vec::with_capacity(part.width * part.height);
        for y in part.y..part.y + part.height {
            pixels.extend_from_slice(&self.row(y)[part.x..part.x + part.width]);
        }
        Self { width: part.width, height: part.height, pixels }
    }

    /// Half as wide and high: each pixel the mean of four. A page of one row or column stays as it is.
    pub fn halved(&self) -> Self {
        if self.width < 2 || self.height < 2 {
            return self.clone();
        }
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (upper, lower) = (self.row(2 * y).as_chunks::<2>().0, self.row(2 * y + 1).as_chunks::<2>().0);
            pixels.extend(upper.iter().zip(lower).map(|([a, b], [c, d])| {
                let sum = u16::from(*a) + u16::from(*b) + u16::from(*c) + u16::from(*d);
                ((sum + 2) / 4) as u8
            }));
        }
        Self { width, height, pixels }
    }

    /// Twice as wide and high, values between pixels interpolated.
    pub fn doubled(&self) -> Self {
        let (width, height) = (self.width * 2, self.height * 2);
        let mut pixels = Vec::with_capacity(width * height);
        // The middles of the new pixels lie a quarter of an old one from the middle of that.
        let mut mixed = vec![0_u16; self.width];
        for y in 0..height {
            let near = self.row(y / 2);
            let far = if y % 2 == 0 { (y / 2).saturating_sub(1) } else { (y / 2 + 1).min(self.height - 1) };
            for ((mixed, &near), &far) in mixed.iter_mut().zip(near).zip(self.row(far)) {
                *mixed = 3 * u16::from(near) + u16::from(far);
            }
            let (mut before, mut this) = (mixed[0], mixed[0]);
            for &after in mixed[1..].iter().chain(mixed.last()) {
                pixels.extend([before, after].map(|side| ((3 * this + side + 8) / 16) as u8));
                (before, this) = (this, after);
            }
        }
        Self { width, height, pixels }
    }

    /// Each pixel the mean of the nine around it: specks and the grain of strong compression go.
    pub fn smoothed(&self) -> Self {
        self.with_means(|_, mean| mean)
    }

    /// Each pixel further away from the mean of the nine around it: edges that a scanner smeared stand out again.
    pub fn sharpened(&self) -> Self {
        self.with_means(|value, mean| (2 * value - mean).clamp(0, 255))
    }

    fn with_means(&self, value: impl Fn(i32, i32) -> i32) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let mut sums = vec![0_i32; self.width];
        for y in 0..self.height {
            let (above, below) = (self.row(y.saturating_sub(1)), self.row((y + 1).min(self.height - 1)));
            let row = self.row(y);
            for (x, sum) in sums.iter_mut().enumerate() {
                *sum = i32::from(above[x]) + i32::from(row[x]) + i32::from(below[x]);
            }
            for x in 0..self.width {
                let mean = (sums[x.saturating_sub(1)] + sums[x] + sums[(x + 1).min(self.width - 1)]) / 9;
                pixels.push(value(i32::from(row[x]), mean) as u8);
            }
        }
        Self { width: self.width, height: self.height, pixels }
    }

    pub fn turned(&self, turn: Turn) -> Self {
        let (width, height) = (self.width, self.height);
        match turn {
            Turn::None => self.clone(),
            Turn::Right => Self::from_fn(height, width, |x, y| self.pixels[(height - 1 - x) * width + y]),
            Turn::Around => Self { width, height, pixels: self.pixels.iter().rev().copied().collect() },
            Turn::Left => Self::from_fn(height, width, |x, y| self.pixels[x * width + (width - 1 - y)]),
        }
    }

    /// As seen in a mirror: left and right change places.
    pub fn mirrored(mut self) -> Self {
        for row in self.pixels.chunks_exact_mut(self.width) {
            row.reverse();
        }
        self
    }

    /// No larger than `longest` pixels: each pixel the mean of those that it stands for.
    pub fn fitted(&self, longest: usize) -> Self {
        let longest = longest.max(1);
        if self.longest() <= longest {
            return self.clone();
        }
        let scaled = |length: usize| (length * longest / self.longest()).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let bound = |index: usize, from: usize, to: usize| index * from / to;
        Self::from_fn(width, height, |x, y| {
            let rows = bound(y, self.height, height)..bound(y + 1, self.height, height);
            let columns = bound(x, self.width, width)..bound(x + 1, self.width, width);
            let count = (rows.len() * columns.len()).max(1) as u64;
            let sum: u64 = rows.flat_map(|y| &self.row(y)[columns.clone()]).map(|&value| u64::from(value)).sum();
            (sum / count) as u8
        })
    }

    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_by_three() -> Gray {
        Gray::new(2, 3, vec![1, 2, 3, 4, 5, 6]).unwrap()
    }

    #[test]
    fn a_page_turned_right_has_its_left_column_on_top() {
        assert_eq!(two_by_three().turned(Turn::Right), Gray::new(3, 2, vec![5, 3, 1, 6, 4, 2]).unwrap());
        assert_eq!(two_by_three().turned(Turn::Left), Gray::new(3, 2, vec![2, 4, 6, 1, 3, 5]).unwrap());
        assert_eq!(two_by_three().turned(Turn::Around), Gray::new(2, 3, vec![6, 5, 4, 3, 2, 1]).unwrap());
    }

    #[test]
    fn a_page_twice_as_large_has_the_values_between() {
        let page = Gray::new(2, 2, vec![0, 160, 80, 240]).unwrap();
        let rows = [0, 40, 120, 160, 20, 60, 140, 180, 60, 100, 180, 220, 80, 120, 200, 240];
        assert_eq!(page.doubled(), Gray::new(4, 4, rows.to_vec()).unwrap());
    }

    #[test]
    fn values_between_pixels_lie_between_their_values() {
        let page = Gray::new(2, 1, vec![0, 100]).unwrap();
        assert_eq!([0.0, 0.5, 1.0, 1.5, 9.0].map(|x| page.sample(x, 0.5)), [0.0, 0.0, 50.0, 100.0, 100.0]);
    }
}
