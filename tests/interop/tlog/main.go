// An outside reader of the ledger: everything it knows of transparency logs comes from golang.org/x/mod/sumdb (tlog, note), which nobody here wrote.
//
//	tlog -key VKEY [-witness VKEY]... [-old CHECKPOINT]... [-flips N | -all] [-seed S] PREFIX
//	tlog -key VKEY -proof FILE
//
// PREFIX is a folder or an http address. It recomputes the root from the entries and from the tiles, holds every tile against the entries, proves
// inclusion of entries and consistency with older checkpoints. -flips: each of N flipped bits of a folder has to be found; -all: of every bit.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile: 256 hashes

type fetch func(path string) ([]byte, error)

func fromFolder(folder string) fetch {
	return func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(folder, path)) }
}

func fromServer(prefix string) fetch {
	return func(path string) ([]byte, error) {
		answer, err := http.Get(strings.TrimSuffix(prefix, "/") + "/" + path)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 200 {
			return nil, fmt.Errorf("%s: %s %v", path, answer.Status, err)
		}
		cache, kind := answer.Header.Get("Cache-Control"), answer.Header.Get("Content-Type")
		if path == "checkpoint" && (kind != "text/plain; charset=utf-8" || strings.Contains(cache, "immutable")) {
			return nil, fmt.Errorf("checkpoint as %q, kept %q", kind, cache)
		}
		if path != "checkpoint" && (kind != "application/octet-stream" || !strings.Contains(cache, "immutable")) {
			return nil, fmt.Errorf("%s as %q, kept %q", path, kind, cache)
		}
		return body, nil
	}
}

// A witness's key: what it signs begins with the time (C2SP tlog-cosignature).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed witness key")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("malformed witness key")
	}
	expected := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if binary.BigEndian.Uint32(expected[:]) != uint32(hash) {
		return nil, errors.New("a witness key's id is not that of its name and key")
	}
	return &cosigner{parts[0], uint32(hash), key[1:]}, nil
}

type reader struct {
	log       note.Verifier
	witnesses []note.Verifier
}

// A checkpoint's tree, if the log and every witness asked for have signed it.
func (r *reader) open(msg []byte) (tlog.Tree, error) {
	signed, err := note.Open(msg, note.VerifierList(append([]note.Verifier{r.log}, r.witnesses...)...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(signed.Sigs) != 1+len(r.witnesses) {
		return tlog.Tree{}, fmt.Errorf("%d of %d signatures", len(signed.Sigs), 1+len(r.witnesses))
	}
	for _, sig := range append(signed.Sigs, signed.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return tlog.Tree{}, err
		}
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != r.log.Name() {
		return tlog.Tree{}, fmt.Errorf("a checkpoint of %q in %d lines", lines[0], len(lines)-1)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func tilePath(tile tlog.Tile) string { return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/") }

type tiles struct{ get fetch }

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(want []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range want {
		bytes, err := t.get(tilePath(tile))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

// The hashes of all entries, from the bundles.
func records(get fetch, size int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for n := int64(0); n*256 < size; n++ {
		width := 256
		if size-n*256 < 256 {
			width = int(size - n*256)
		}
		path := "tile/entries/" + strings.TrimPrefix(tilePath(tlog.Tile{H: height, L: 0, N: n, W: width}), "tile/0/")
		bundle, err := get(path)
		if err != nil {
			return nil, err
		}
		for i := 0; i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("%s is cut", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			all = append(all, tlog.RecordHash(bundle[2:end]))
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("%s goes on", path)
		}
	}
	return all, nil
}

// All hashes of the tree, made from the entries' alone.
func treeOf(hashes []tlog.Hash) (tlog.HashReader, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for i, hash := range hashes {
		more, err := tlog.StoredHashesForRecordHash(int64(i), hash, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, more...)
	}
	return reader, nil
}

// Every tile of the tree against the entries.
func compareTiles(get fetch, made tlog.HashReader, size int64) error {
	for _, tile := range tlog.NewTiles(height, 0, size) {
		want, err := tlog.ReadTileData(tile, made)
		if err != nil {
			return err
		}
		have, err := get(tilePath(tile))
		if err != nil {
			return err
		}
		if !bytes.Equal(want, have) {
			return fmt.Errorf("%s is not of the entries", tilePath(tile))
		}
	}
	return nil
}

func (r *reader) verify(get fetch, olds []tlog.Tree) (tlog.Tree, error) {
	msg, err := get("checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := r.open(msg)
	if err != nil {
		return tree, err
	}
	hashes, err := records(get, tree.N)
	if err != nil {
		return tree, err
	}
	made, err := treeOf(hashes)
	if err != nil {
		return tree, err
	}
	root, err := tlog.TreeHash(tree.N, made)
	if err != nil || root != tree.Hash {
		return tree, fmt.Errorf("the entries do not lead to the signed root: %v", err)
	}
	if err := compareTiles(get, made, tree.N); err != nil {
		return tree, err
	}
	served := tlog.TileHashReader(tree, tiles{get})
	if root, err = tlog.TreeHash(tree.N, served); err != nil || root != tree.Hash {
		return tree, fmt.Errorf("the tiles do not lead to the signed root: %v", err)
	}
	for n := int64(0); n < tree.N; n += 1 + tree.N/16 {
		proof, err := tlog.ProveRecord(tree.N, n, served)
		if err != nil {
			return tree, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, hashes[n]); err != nil {
			return tree, err
		}
	}
	for _, old := range olds {
		proof, err := tlog.ProveTree(tree.N, old.N, served)
		if err != nil {
			return tree, fmt.Errorf("no growth from %d: %v", old.N, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return tree, fmt.Errorf("not grown from the checkpoint at %d: %v", old.N, err)
		}
	}
	return tree, nil
}

// A log in memory, whose bits are counted through its files in their order.
type log struct {
	names []string
	files map[string][]byte
}

func (l *log) get(path string) ([]byte, error) {
	if bytes, ok := l.files[path]; ok {
		return bytes, nil
	}
	return nil, fmt.Errorf("no %s", path)
}

func (l *log) bits() (total int) {
	for _, name := range l.names {
		total += 8 * len(l.files[name])
	}
	return total
}

func (l *log) copied() *log {
	files := map[string][]byte{}
	for name, bytes := range l.files {
		files[name] = append([]byte(nil), bytes...)
	}
	return &log{l.names, files}
}

func (l *log) turn(bit int) (name string, in int) {
	for _, name = range l.names {
		if bit < 8*len(l.files[name]) {
			break
		}
		bit -= 8 * len(l.files[name])
	}
	l.files[name][bit/8] ^= 1 << (bit % 8)
	return name, bit
}

// Flips bits of the folder's files in memory, one at a time, on every core.
func (r *reader) flip(folder string, count int, all bool, seed int64) error {
	whole := &log{files: map[string][]byte{}}
	tree, err := r.verify(func(path string) ([]byte, error) {
		bytes, err := os.ReadFile(filepath.Join(folder, path))
		if _, known := whole.files[path]; err == nil && !known {
			whole.files[path] = bytes
			whole.names = append(whole.names, path)
		}
		return bytes, err
	}, nil)
	if err != nil {
		return err
	}
	total := whole.bits()
	chosen := rand.New(rand.NewSource(seed)).Perm(total)
	if all {
		count = total
	}
	cores := runtime.NumCPU()
	found := make(chan error, cores)
	for core := 0; core < cores; core++ {
		go func(bits []int) { found <- r.flipEach(whole.copied(), bits) }(chosen[core*count/cores : (core+1)*count/cores])
	}
	for core := 0; core < cores; core++ {
		if err := <-found; err != nil {
			return fmt.Errorf("%w (seed %d)", err, seed)
		}
	}
	fmt.Printf("%d entries, %d of %d bits flipped, each found\n", tree.N, count, total)
	return nil
}

func (r *reader) flipEach(own *log, bits []int) error {
	for _, bit := range bits {
		name, in := own.turn(bit)
		if _, err := r.verify(own.get, nil); err == nil {
			return fmt.Errorf("bit %d of %s was flipped and nobody noticed", in, name)
		}
		own.turn(bit)
	}
	return nil
}

// A proof of inclusion (C2SP tlog-proof) whose extra line shows what the entry says.
func (r *reader) proof(text string) error {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return errors.New("not a proof with extra data")
	}
	extra, err := base64.StdEncoding.Strict().DecodeString(lines[1][6:])
	if err != nil || len(extra) < 21 || extra[0] != 1 {
		return fmt.Errorf("extra data: %v", err)
	}
	index, err := strconv.ParseInt(lines[2][6:], 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	tree, err := r.open([]byte(checkpoint))
	if err != nil {
		return err
	}
	salt, length := extra[1:17], int(binary.BigEndian.Uint32(extra[17:21]))
	if len(extra) < 21+length || length < 81 {
		return errors.New("extra data is cut")
	}
	content, detail := extra[21:21+length], extra[21+length:]
	inner := sha256.Sum256(append(append([]byte{}, salt...), detail...))
	if !bytes.Equal(inner[:], content[10:42]) {
		return errors.New("the detail is not what the content commits to")
	}
	outer := sha256.Sum256(bytes.Join([][]byte{[]byte("danh-ledger-entry\n"), salt, content}, nil))
	leaf := append(append([]byte{2}, content[2:10]...), outer[:]...)
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	kind := content[75 : 75+int(content[74])]
	fmt.Printf("entry %d of %d: %s %s\n", index, tree.N, kind, detail)
	return nil
}

type list []string

func (l *list) String() string         { return strings.Join(*l, " ") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func run() error {
	var witnesses, olds list
	key := flag.String("key", "", "the log's verifier key")
	proof := flag.String("proof", "", "a proof to check")
	flips := flag.Int("flips", 0, "bits to flip")
	all := flag.Bool("all", false, "flip every bit")
	seed := flag.Int64("seed", 1, "of the bits to flip")
	flag.Var(&witnesses, "witness", "a witness's verifier key; it has to have signed")
	flag.Var(&olds, "old", "an older checkpoint, signed by the log")
	flag.Parse()
	log, err := note.NewVerifier(*key)
	if err != nil {
		return err
	}
	bare := reader{log: log}
	r := reader{log: log}
	for _, vkey := range witnesses {
		witness, err := newCosigner(vkey)
		if err != nil {
			return err
		}
		r.witnesses = append(r.witnesses, witness)
	}
	if *proof != "" {
		text, err := os.ReadFile(*proof)
		if err != nil {
			return err
		}
		return r.proof(string(text))
	}
	if *flips > 0 || *all {
		return r.flip(flag.Arg(0), *flips, *all, *seed)
	}
	var trees []tlog.Tree
	for _, old := range olds {
		msg, err := os.ReadFile(old)
		if err != nil {
			return err
		}
		tree, err := bare.open(msg)
		if err != nil {
			return fmt.Errorf("%s: %v", old, err)
		}
		trees = append(trees, tree)
	}
	get := fromFolder(flag.Arg(0))
	if strings.HasPrefix(flag.Arg(0), "http") {
		get = fromServer(flag.Arg(0))
	}
	tree, err := r.verify(get, trees)
	if err != nil {
		return err
	}
	fmt.Printf("%d entries, root %v, grown from %d older checkpoints\n", tree.N, tree.Hash, len(trees))
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "tlog:", err)
		os.Exit(1)
	}
}
