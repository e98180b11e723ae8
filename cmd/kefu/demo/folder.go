package demo

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The demo's own files in the data folder, beside the program's.
const (
	notesFile = "demo.json" // clock, keys, whether the people are there
	phoneFile = "sim.json"  // everything the simulator knows
)

// made are the files and folders that a run makes in the data folder. What people
// put there themselves, such as changed wording, is not among them.
var made = []string{notesFile, phoneFile, "kefu.db", "kefu.db-wal", "kefu.db-shm", "files"}

// notes is what the demo keeps for itself.
type notes struct {
	Ahead  time.Duration `json:"ahead"`  // of the clock
	Seeded bool          `json:"seeded"` // people and cases are there
	Run    string        `json:"run"`    // tells one beginning from the next, for open pages
	Keys   keys          `json:"keys"`
}

// keys are the secrets that a real console would give out.
type keys struct {
	Secret      string `json:"secret"`
	Token       string `json:"token"`
	AESKey      string `json:"aes_key"`
	WecomSecret string `json:"wecom_secret"`
	WecomToken  string `json:"wecom_token"`
	WecomAESKey string `json:"wecom_aes_key"`
	Staff       string `json:"staff"`      // of the group robots
	Escalation  string `json:"escalation"` //
}

func newKeys() keys {
	aes := func() string { return (rand.Text() + rand.Text())[:43] }
	return keys{
		Secret: rand.Text(), Token: rand.Text(), AESKey: aes(),
		WecomSecret: rand.Text(), WecomToken: rand.Text(), WecomAESKey: aes(),
		Staff: rand.Text(), Escalation: rand.Text(),
	}
}

// wipe removes what earlier runs made. Nobody may be using the folder.
func wipe(dir string) error {
	var errs []error
	for _, name := range made {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, name)))
	}
	return errors.Join(errs...)
}

// readNotes gives false when there are none yet.
func readNotes(dir string) (notes, bool, error) {
	var n notes
	b, err := os.ReadFile(filepath.Join(dir, notesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return n, false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &n)
	}
	if err != nil {
		return n, false, fmt.Errorf("%s 读不了（%w）。从头来：kefu demo --fresh", filepath.Join(dir, notesFile), err)
	}
	return n, true, nil
}

func (n notes) write(dir string) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, notesFile), b)
}

// wordsFile is where people may change what the bot says.
const wordsFile = "话术.txt"

const firstWords = `# 在这里改机器人说的话，存盘就换，不用重启。写错了照旧用原来的。
# “== ”后面是哪一句，键不要改；下面是说的话。全部的话见程序的 prompts/hotel。
# 试试：改掉下面这句，存盘，再以客人身份说一声“你好”。

== small.hello
在的，您说。
`

// offerWords puts a file to change into a folder of words that is not there yet,
// and says where it is.
func offerWords(dir string) (string, error) {
	path := filepath.Join(dir, wordsFile)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return path, err
	}
	return path, replace(path, []byte(firstWords))
}

// replace writes a file so that a crash leaves the old or the new one.
func replace(path string, b []byte) error {
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
