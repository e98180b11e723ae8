package intent

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// ErrModel: bytes that are no model of this version of the program.
var ErrModel = errors.New("intent: not a model of this version")

// MaxModel is the largest packed model, in bytes.
const MaxModel = 8 << 20

// shape changes whenever features or intents change their meaning, so that weights
// are never read against another meaning.
const shape = "kefu-intent-3"

const rowSize = 4 + 4 + 4 + classes

//go:embed shipped.model
var packed []byte

// MarshalBinary packs a model: weights as steps of one 127th of the row's
// largest, 29 bytes a row, compressed.
func (m *Model) MarshalBinary() ([]byte, error) {
	raw := binary.LittleEndian.AppendUint32([]byte(shape), uint32(len(m.weight)))
	for _, b := range m.bias {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(b))
	}
	keys := make([]uint32, len(m.weight))
	for _, s := range m.table {
		if s.row > 0 {
			keys[s.row-1] = s.key
		}
	}
	for i, w := range m.weight {
		var high float32
		for _, v := range w {
			high = max(high, v, -v)
		}
		raw = binary.LittleEndian.AppendUint32(raw, keys[i])
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(m.idf[i]))
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(high/127))
		for _, v := range w {
			n := 0.0
			if high > 0 {
				n = math.Round(float64(v / high * 127))
			}
			raw = append(raw, byte(int8(n)))
		}
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("intent: pack: %w", err)
	}
	if _, err := z.Write(raw); err != nil {
		return nil, fmt.Errorf("intent: pack: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("intent: pack: %w", err)
	}
	return out.Bytes(), nil
}

// UnmarshalModel unpacks a model. It gives ErrModel for anything else, also for a
// model of a program that looks at texts in another way.
func UnmarshalModel(b []byte) (*Model, error) {
	if len(b) > MaxModel {
		return nil, fmt.Errorf("%w: %d bytes", ErrModel, len(b))
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	head := len(shape) + 4 + 4*classes
	raw, err := io.ReadAll(io.LimitReader(z, int64(head+maxRows*rowSize)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if len(raw) < head || string(raw[:len(shape)]) != shape {
		return nil, ErrModel
	}
	n := int(binary.LittleEndian.Uint32(raw[len(shape):]))
	if n > maxRows || len(raw) != head+n*rowSize {
		return nil, fmt.Errorf("%w: %d rows in %d bytes", ErrModel, n, len(raw))
	}
	m := &Model{weight: make([][classes]float32, n), idf: make([]float32, n), table: newTable(n)}
	float := func(at int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(raw[at:])) }
	for k := range m.bias {
		m.bias[k] = float(len(shape) + 4 + 4*k)
	}
	for i := range n {
		at := head + i*rowSize
		if place(m.table, binary.LittleEndian.Uint32(raw[at:]), int32(i+1)) != int32(i+1) {
			return nil, fmt.Errorf("%w: a row twice", ErrModel)
		}
		m.idf[i] = float(at + 4)
		step := float(at + 8)
		for k := range m.weight[i] {
			m.weight[i][k] = step * float32(int8(raw[at+12+k]))
		}
	}
	if !m.sound() {
		return nil, fmt.Errorf("%w: weights that are no numbers", ErrModel)
	}
	return m, nil
}

// sound says that all weights are numbers of a sensible size.
func (m *Model) sound() bool {
	ok := func(v float32) bool { return v > -1e4 && v < 1e4 } // false for NaN
	for _, b := range m.bias {
		if !ok(b) {
			return false
		}
	}
	for i := range m.weight {
		if !ok(m.idf[i]) {
			return false
		}
		for _, v := range m.weight[i] {
			if !ok(v) {
				return false
			}
		}
	}
	return true
}

// Size is how many features a model knows.
func (m *Model) Size() int { return len(m.weight) }
