package picture

import (
	"image"

	"golang.org/x/image/draw"
)

// shrink makes a copy whose longer side has at most so many pixels, on white
// where the picture is transparent.
func shrink(img image.Image, side int) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	if w == img.Bounds().Dx() && h == img.Bounds().Dy() {
		draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
		return out
	}
	draw.BiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Over, nil)
	return out
}

// turned tells whether an EXIF orientation swaps width and height.
func turned(orientation int) bool { return orientation >= 5 }

// upright turns and mirrors a picture as its EXIF orientation asks for.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turned(orientation) {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			u, v := x, y
			switch orientation {
			case 2:
				u, v = w-1-x, y
			case 3:
				u, v = w-1-x, h-1-y
			case 4:
				u, v = x, h-1-y
			case 5:
				u, v = y, x
			case 6:
				u, v = h-1-y, x
			case 7:
				u, v = h-1-y, w-1-x
			case 8:
				u, v = y, w-1-x
			}
			copy(out.Pix[out.PixOffset(u, v):][:4], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return out
}

// look is the difference hash of a picture: of nine by eight grey fields, whether each
// is brighter than the next one in its row. Copies that were made smaller, brighter
// or stored anew differ in a few bits; other pictures in about half. A
// picture without any difference has the look 0, which is like no other.
func look(img image.Image) (hash uint64) {
	grey := image.NewGray(image.Rect(0, 0, 9, 8))
	draw.BiLinear.Scale(grey, grey.Bounds(), img, img.Bounds(), draw.Src, nil)
	for y := range 8 {
		for x := range 8 {
			hash <<= 1
			if grey.GrayAt(x, y).Y > grey.GrayAt(x+1, y).Y {
				hash |= 1
			}
		}
	}
	return hash
}
