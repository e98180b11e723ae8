package eval

import (
	"errors"
	"strings"
	"testing"
)

const someArticles = `{"kb_id":"a","domain":"水","question":"泳池几点开","alt_questions":["游泳馆开到几点"],"answer":"7:00–22:00。"}
{"kb_id":"b","domain":"饭","question":"早餐在哪里吃","answer":"一楼湖畔餐厅。"}
{"kb_id":"c","domain":"饭","question":"","answer":"婚宴每桌 10 位，五桌起订，菜单由宴会顾问给您。"}
`

func TestAnswers(t *testing.T) {
	queries := `{"text":"请问泳池几点开呀","domain":"水","gold_ids":["a"],"answerable":true}
{"text":"早餐在哪里吃","domain":"饭","gold_ids":["a"],"answerable":true}
{"text":"今天股市怎么样","domain":"any","gold_ids":[],"answerable":false,"oos_type":"smalltalk"}
`
	var b strings.Builder
	if err := Answers(&b, FAQ{Queries: strings.NewReader(queries), Articles: strings.NewReader(someArticles), Misses: 5}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 篇文章", "全部                      2     0.500     0.500     0.000", "水                       1     1.000", "smalltalk", "1.000", "找错：早餐在哪里吃", "应是 a"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, b.String())
		}
	}
	for _, bad := range []string{"", "{", `{"text":"甲","answerable":true}`, `{"text":"","answerable":false}`} {
		if err := Answers(&b, FAQ{Queries: strings.NewReader(bad), Articles: strings.NewReader(someArticles)}); !errors.Is(err, ErrInput) {
			t.Errorf("%q is accepted: %v", bad, err)
		}
	}
}

func TestPairs(t *testing.T) {
	rows := `{"a":"泳池几点开门","b":"游泳池几点开","label":"duplicate"}
{"a":"泳池几点开门","b":"发票怎么开","label":"different"}
{"a":"早餐几点","b":"早饭几点","label":"duplicate"}
{"a":"停车多少钱","b":"附近有什么好玩","label":"different"}
`
	for _, train := range []string{"", rows} {
		var b strings.Builder
		err := Pairs(&b, strings.NewReader(rows), nil, 5)
		if train != "" {
			err = Pairs(&b, strings.NewReader(rows), strings.NewReader(train), 5)
		}
		if err != nil || !strings.Contains(b.String(), "4 对，判对 1.000") {
			t.Errorf("%v\n%s", err, b.String())
		}
	}
	if err := Pairs(&strings.Builder{}, strings.NewReader(`{"a":"甲","b":"乙","label":"same"}`), nil, 0); !errors.Is(err, ErrInput) {
		t.Errorf("an unknown label is accepted: %v", err)
	}
}
