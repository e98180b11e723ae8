package sim_test

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	openai "github.com/sashabaranov/go-openai"
	"go.uber.org/goleak"

	"kefu/bot/llm"
	"kefu/bot/llm/sim"
	"kefu/prompts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func request(i prompts.Instruction) llm.Request {
	return llm.Request{Prompt: i.Name, Version: i.Version, System: i.System, User: i.User, Schema: i.Schema}
}

func start(t *testing.T) (*sim.Server, *llm.Client, string) {
	t.Helper()
	s := sim.New(sim.Config{Key: "k"})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := llm.New(t.Context(), llm.Config{BaseURL: server.URL + "/v1", APIKey: "k", Model: "sim", Mask: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return s, c, server.URL
}

// With each of our prompts the honest model is of use, and the babbling one keeps
// to the form and nothing else.
func TestPrompts(t *testing.T) {
	in, err := prompts.ReadInstructions("hotel")
	if err != nil {
		t.Fatal(err)
	}
	know := []prompts.Passage{
		{N: 1, Title: "早餐", Text: "早餐 6:30 到 10:00，在一楼咖啡厅。住店客人每间房送两份。"},
		{N: 2, Title: "停车", Text: "住店客人免费停车，车位先到先得。"},
	}
	matter := prompts.CaseData{
		Kind: "投诉", Matter: "1208 空调不制冷", Place: "1208", Promised: "16:00 前",
		Lines: []prompts.Said{{Who: "客人", Text: "热得睡不着"}}, Done: []string{"14:05 前台接单"},
	}
	s, c, _ := start(t)
	for _, p := range []struct {
		i           prompts.Instruction
		want, worst string
	}{
		{in.Understand(prompts.UnderstandData{Text: "1208空调坏了，我电话13812345678", Categories: []string{"空调", "早餐"}}),
			`"phone":"13812345678","product":"","room":"1208"`, `"danger":false`},
		{in.Answer(prompts.AnswerData{Question: "早餐几点到几点", Passages: know}), "早餐 6:30 到 10:00，在一楼咖啡厅[1]。", ""},
		{in.Answer(prompts.AnswerData{Question: "能带大象吗", Passages: know}), "无", ""},
		{in.Summary(matter), "1208", ""},
		{in.Draft(matter), "16:00 前", ""},
		{in.Article(prompts.ArticleData{Question: "请问能寄存行李吗？", Reply: "可以，前台免费寄存，当天取。"}), "前台免费寄存", "赔偿"},
	} {
		s.Set(sim.Honest)
		got, err := c.Do(t.Context(), request(p.i))
		if err != nil || !strings.Contains(got.Text, p.want) {
			t.Errorf("%s, honest: %s, %v", p.i.Name, got.Text, err)
		}
		s.Set(sim.Babble)
		bad, err := c.Do(t.Context(), request(p.i))
		if err != nil || bad.Text == got.Text || !strings.Contains(bad.Text, p.worst) {
			t.Errorf("%s, babbling: %s, %v", p.i.Name, bad.Text, err)
		}
	}
	if n := s.Total(); n != 12 {
		t.Errorf("%d calls", n)
	}
}

// The library's streaming client reads what it streams.
func TestStream(t *testing.T) {
	s, _, url := start(t)
	conf := openai.DefaultConfig("k")
	conf.BaseURL = url + "/v1"
	client := openai.NewClientWithConfig(conf)
	req := openai.ChatCompletionRequest{Model: "sim", Messages: []openai.ChatCompletionMessage{{Role: "user", Content: "hi"}}}
	const want = "空调师傅 20 分钟内上门，您在房间等一下就好。"
	for _, r := range []sim.Reply{{Text: want}, {Text: want, Fault: sim.Half}} {
		s.Queue(r)
		stream, err := client.CreateChatCompletionStream(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for err == nil {
			var chunk openai.ChatCompletionStreamResponse
			if chunk, err = stream.Recv(); err == nil && len(chunk.Choices) > 0 {
				got.WriteString(chunk.Choices[0].Delta.Content)
			}
		}
		_ = stream.Close()
		if whole := errors.Is(err, io.EOF) && got.String() == want; whole != (r.Fault == "") {
			t.Errorf("%q: %v", got.String(), err)
		}
	}
	list, err := client.ListModels(t.Context())
	if err != nil || len(list.Models) != 1 {
		t.Error(list, err)
	}
}

// Memory does not grow with calls.
func TestBounds(t *testing.T) {
	s, c, _ := start(t)
	for range 510 {
		if _, err := c.Do(t.Context(), llm.Request{Prompt: "draft", System: "s", User: "u"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Calls()) != 500 || s.Total() != 510 {
		t.Errorf("%d of %d calls are kept", len(s.Calls()), s.Total())
	}
}
