package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func elem(v any) reflect.Value { return reflect.ValueOf(v).Elem() }

const (
	account = "accounts:\n- {id: a, app_id: wx0123456789abcdef, app_secret: s, token: abc, aes_key: " + aes + "}\n"
	wecom   = "public_url: https://k.example.com\nwecom: {corp_id: ww0123456789abcdef, agent_id: 1, secret: s, token: abc, aes_key: " + aes + ", robots: {staff: k}}\n"
	person  = "staff:\n- {id: a, name: 甲, roles: [agent]}\n"
)

// with replaces the one place old of a good file.
func with(text, old, fresh string) string {
	if strings.Count(text, old) != 1 {
		panic("not once: " + old)
	}
	return strings.Replace(text, old, fresh, 1)
}

func TestEveryError(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// What the file is made of.
		{"lisen: x", "kefu.yaml:1:1: lisen：没有这个键。是不是想写 listen。"},
		{"pulbic_url: x", "kefu.yaml:1:1: pulbic_url：没有这个键。是不是想写 public_url。"},
		{"redis:\n  URI: x", "kefu.yaml:2:3: redis.URI：没有这个键。是不是想写 url。"},
		{"store: {postgres: x}", "kefu.yaml:1:9: store.postgres：没有这个键。这里可以写 mongo。"},
		{with(person, "name", "nmae"), "kefu.yaml:2:3: staff[0].name：没有写。写同事之间怎么叫，例如 前台一号。\n" +
			"kefu.yaml:2:11: staff[0].nmae：没有这个键。是不是想写 name。"},
		{"a: [", "kefu.yaml:1:4: YAML 写得不对（sequence end token ']' not found）。检查这一行的缩进、冒号后的空格和引号是否成对。"},
		{"pack: a\npack: b", `kefu.yaml:2:1: YAML 写得不对（mapping key "pack" already defined at [1:1]）。检查这一行的缩进、冒号后的空格和引号是否成对。`},
		{"pack: a\n---\npack: b", "kefu.yaml:3:1: 文件里有两份文档（中间隔着 ---）。只留一份。"},
		{"hello", "kefu.yaml:1:1: 这里要的是几项“键: 值”。下一行缩进两格写“键: 值”，或写成 {键: 值}。"},
		{"redis: redis://localhost", "kefu.yaml:1:8: redis：这里要的是几项“键: 值”。下一行缩进两格写“键: 值”，或写成 {键: 值}。"},
		{"staff: {id: a}", "kefu.yaml:1:8: staff：这里要的是一个列表。每项前面写“- ”，或写成 [一, 二]。"},
		{"pack: [a]", "kefu.yaml:1:7: pack：这里要的是一个值。值写在冒号后面同一行。"},
		{"pack: &x a", "kefu.yaml:1:7: pack：这里用了 YAML 的引用（& 或 *）。把值原样写出来，同一个值可以用 ${NAME} 取自环境变量。"},
		{"pack: !!str a", "kefu.yaml:1:7: pack：这里用了 YAML 的类型标记（!）。去掉标记，只写值。"},
		{"admin_public: ja", "kefu.yaml:1:15: admin_public：值写得不对：只能是 true 或 false。改成上面说的样子。"},
		{with(wecom, "agent_id: 1,", "agent_id: one,"), "kefu.yaml:2:48: wecom.agent_id：值写得不对：要一个整数。改成上面说的样子。"},
		{"llm: {base_url: http://h/v1, model: m, timeout: soon}", "kefu.yaml:1:49: llm.timeout：值写得不对：要写成时长，例如 30s、5m。改成上面说的样子。"},
		// The environment.
		{"pack: ${PACK}", "kefu.yaml:1:7: pack：没有环境变量 PACK。启动前先 export PACK=…，或在这里直接写值。"},
		{"pack: ${PACK", "kefu.yaml:1:7: pack：“${” 没有写完。补上“}”，例如 ${OA_SECRET}。"},
		{"pack: ${1PACK}", "kefu.yaml:1:7: pack：“${…}”里不是环境变量名。只用字母、数字和下划线，例如 ${OA_SECRET}。"},
		// Addresses.
		{"listen: localhost", "kefu.yaml:1:9: listen：不是“主机:端口”。例如 127.0.0.1:8080；对所有网卡开放写 0.0.0.0:8080。"},
		{"listen: :99999", "kefu.yaml:1:9: listen：不是“主机:端口”。例如 127.0.0.1:8080；对所有网卡开放写 0.0.0.0:8080。"},
		{"admin: 127.0.0.1:8080", "kefu.yaml:1:8: admin：和 listen 是同一个地址。换一个端口，例如 127.0.0.1:9090。"},
		{"admin: :9090", "kefu.yaml:1:8: admin：别的机器也能打开这个地址，上面有运行数据和性能剖析。写成 127.0.0.1:9090；确实要从别处打开，另写一行 admin_public: true。"},
		{"public_url: kefu.example.com", "kefu.yaml:1:13: public_url：不是网址。以 https:// 开头，例如 https://kefu.example.com。"},
		{"public_url: https://a:b@kefu.example.com", "kefu.yaml:1:13: public_url：网址里有用户名或密码。把它们去掉，例如 https://kefu.example.com。"},
		{"public_url: https://kefu.example.com/?a", "kefu.yaml:1:13: public_url：网址里有 ? 或 #。只留到路径为止，例如 https://kefu.example.com。"},
		{with(wecom, "public_url: https://k.example.com\n", ""), "kefu.yaml:1:1: public_url：没有写，企业微信卡片上的链接要用它。写公网能打开的网址，例如 https://kefu.example.com。"},
		// Engines.
		{`data: ""`, "kefu.yaml:1:7: data：没有写。写一个文件夹，例如 ./kefu-data。"},
		{`pack: ""`, "kefu.yaml:1:7: pack：没有写。写包的名字（hotel）或文件夹。"},
		{"store: {mongo: localhost}", "kefu.yaml:1:16: store.mongo：不是 MongoDB 的地址。例如 mongodb://localhost:27017/kefu；用 SQLite 就删掉这一行。"},
		{"store: {mongo: mongodb://u:secret@localhost}", "kefu.yaml:1:16: store.mongo：没有写数据库名。加在地址后面，例如 mongodb://localhost:27017/kefu。"},
		{"redis: {url: localhost:6379}", "kefu.yaml:1:14: redis.url：不是 Redis 的地址。例如 redis://localhost:6379/0；用内置的就删掉这一行。"},
		{"keep: {messages: 7}", "kefu.yaml:1:18: keep.messages：不能少于 30 天，30 天里微信可能再送一次同一条消息，忘了就会答两遍。写 30 或更多。"},
		{"keep: {deliveries: 9999}", "kefu.yaml:1:20: keep.deliveries：太久了。最多写 3650（十年）。"},
		// Accounts.
		{with(account, "id: a, ", ""), "kefu.yaml:2:3: accounts[0].id：没有写。起个短名，例如 hotel；回调网址里会用到。"},
		{with(account, "id: a,", "id: A/b,"), "kefu.yaml:2:8: accounts[0].id：只能用小写字母、数字、_ 和 -，不超过 32 个。例如 hotel。"},
		{account + with(account[10:], "wx0123456789abcdef", "wx0123456789abcdee"), "kefu.yaml:3:8: accounts[1].id：两个账号都叫 a。改掉其中一个，回调网址靠它区分。"},
		{account + with(account[10:], "id: a,", "id: b,"), "kefu.yaml:3:19: accounts[1].app_id：两个账号写了同一个 AppID。一个公众号只写一次。"},
		{with(account, "app_id: wx0123456789abcdef, ", ""), "kefu.yaml:2:3: accounts[0].app_id：没有写。在微信开发者平台“基础信息”里。"},
		{with(account, "wx0123456789abcdef", "gh_0123456789ab"), "kefu.yaml:2:19: accounts[0].app_id：不像 AppID。它以 wx 开头，共 18 个字符，在微信开发者平台“基础信息”里。"},
		{with(account, "app_secret: s,", "app_secret:  ,"), "kefu.yaml:2:39: accounts[0].app_secret：没有写。在微信开发者平台“基础信息”里重置后复制，建议写 ${OA_SECRET}。"},
		{with(account, "token: abc, ", ""), "kefu.yaml:2:3: accounts[0].token：没有写。公众号“消息与事件推送”里的 Token，两边要一样。"},
		{with(account, "token: abc,", "token: a_b,"), "kefu.yaml:2:61: accounts[0].token：要 3 到 32 个字母或数字。换一个，公众号“消息与事件推送”里的 Token也跟着改。"},
		{with(account, ", aes_key: "+aes, ""), "kefu.yaml:2:3: accounts[0].aes_key：没有写。公众号“消息与事件推送”里的 EncodingAESKey。"},
		{with(account, aes, aes[1:]), "kefu.yaml:2:75: accounts[0].aes_key：要 43 个字符，现在是 42 个。到后台重新复制 EncodingAESKey，末尾没有 =。"},
		{with(account, aes, aes[1:]+"="), "kefu.yaml:2:75: accounts[0].aes_key：只能有字母和数字。到后台重新复制 EncodingAESKey，末尾没有 =。"},
		{with(account, aes, aes+", aes_key_previous: "+aes), "kefu.yaml:2:138: accounts[0].aes_key_previous：和 aes_key 一样。写换掉之前的那一个；没有换过就删掉这一行。"},
		{with(account, aes, aes+", mode: secure"), "kefu.yaml:2:126: accounts[0].mode：只能是 plain（明文）、compat（兼容）、safe（安全）。和公众号后台选的一致，建议 safe。"},
		{with(account, aes, aes+", api: api.weixin.qq.com"), "kefu.yaml:2:125: accounts[0].api：不是网址。以 https:// 开头，一般不用写，默认 https://api.weixin.qq.com。"},
		{with(account, aes, aes+", templates: {u: {fields: {thing2: x}}}"), "kefu.yaml:2:135: accounts[0].templates.u.id：没有写。写公众号后台“模板消息”里的模板 ID。"},
		{with(account, aes, aes+", templates: {u: {id: T}}"), "kefu.yaml:2:135: accounts[0].templates.u.fields：没有写。照模板详情写，例如 {thing2: \"{title}\", time4: \"{time}\"}。"},
		{with(account, aes, aes+", templates: {u: {id: T, fields: {thing2.DATA: x}}}"), "kefu.yaml:2:165: accounts[0].templates.u.fields.thing2.DATA：不是模板的字段名。字段名像 thing2、time4，不带 .DATA，照模板详情抄。"},
		{with(account, aes, aes+", templates: {u: {id: T, fields: {thing2: \"\"}}}"), "kefu.yaml:2:160: accounts[0].templates.u.fields.thing2：是空的，微信不收空值。写固定的字，或 {no} {title} {state} {time}。"},
		{with(account, aes, aes+", templates: {u: {id: T, fields: {thing2: \"{no\"}}}"), "kefu.yaml:2:160: accounts[0].templates.u.fields.thing2：花括号没有成对。例如 \"{title}\"。"},
		// WeCom and the model.
		{"public_url: https://k.example.com\nwecom: {}", `kefu.yaml:2:8: wecom.corp_id：没有写。企业微信管理后台“我的企业”最下面的企业 ID。
kefu.yaml:2:8: wecom.agent_id：没有写，或不是正整数。在企业微信管理后台“应用管理”里这个应用的页面上。
kefu.yaml:2:8: wecom.secret：没有写。应用页面上的 Secret，建议写 ${WECOM_SECRET}。
kefu.yaml:2:8: wecom.token：没有写。应用页面“接收消息”里的 Token，两边要一样。
kefu.yaml:2:8: wecom.aes_key：没有写。应用页面“接收消息”里的 EncodingAESKey。`},
		{with(wecom, "ww0123456789abcdef", "corp"), "kefu.yaml:2:18: wecom.corp_id：不像企业 ID。它以 ww 或 wx 开头，共 18 个字符，在企业微信管理后台“我的企业”最下面。"},
		{with(wecom, "staff: k", "staff: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2"), "kefu.yaml:2:144: wecom.robots.staff：这里只要机器人的 key，不要整个网址。取 Webhook 地址里 key= 后面那一段。"},
		{with(wecom, "staff: k", "staff: k, night:"), "kefu.yaml:2:147: wecom.robots.night：没有写。取群机器人 Webhook 地址里 key= 后面那一段；没有这个群就删掉这一行。"},
		{"llm: {model: m}", "kefu.yaml:1:6: llm.base_url：没有写。写接口地址，例如 https://…/v1；不用模型就删掉 llm。"},
		{"llm: {base_url: http://h/v1}", "kefu.yaml:1:6: llm.model：没有写。写模型的名字。"},
		{"llm: {base_url: http://h/v1, model: m, timeout: 2m}", "kefu.yaml:1:49: llm.timeout：要大于 0，不超过 60s。删掉这一行就是 8s。"},
		{"llm: {base_url: http://h/v1, model: m, max_at_once: 0}", "kefu.yaml:1:53: llm.max_at_once：要在 1 到 200 之间。删掉这一行就是 8。"},
		{"llm: {base_url: http://h/v1, model: m, budget: 20}", "kefu.yaml:1:48: llm.budget：没有单价，算不出花了多少。再写 price_in 和 price_out：每百万 token 几元，模型的价目表上有。"},
		{"llm: {base_url: http://h/v1, model: m, budget: -1}", "kefu.yaml:1:48: llm.budget：不像一天的钱。写每天最多几元，例如 20。"},
		{"llm: {base_url: http://h/v1, model: m, price_in: -2}", "kefu.yaml:1:50: llm.price_in：不像每百万 token 的价钱。写几元，例如 2。"},
		{"llm: {base_url: http://h/v1, model: m, price_out: 八元}", "kefu.yaml:1:51: llm.price_out：值写得不对：要写几元，例如 20 或 0.5。改成上面说的样子。"},
		{"llm: {base_url: http://h/v1, model: m, mask: 是}", "kefu.yaml:1:46: llm.mask：值写得不对：只能是 true 或 false。改成上面说的样子。"},
		// People and hours.
		{with(person, "id: a, ", ""), "kefu.yaml:2:3: staff[0].id：没有写。起个短名，例如 fd01。"},
		{with(person, "id: a,", "id: a b,"), "kefu.yaml:2:8: staff[0].id：只能用字母、数字和 _ - . @，不超过 64 个。例如 fd01。"},
		{person + "- {id: a, wecom_id: b, name: 乙, roles: [lead]}", "kefu.yaml:3:8: staff[1].id：两个人都是 a。改掉其中一个。"},
		{person + "- {id: b, wecom_id: a, name: 乙, roles: [lead]}", "kefu.yaml:3:21: staff[1].wecom_id：两个人写了同一个企业微信账号。企业微信通讯录里一人一个账号。"},
		{with(person, "[agent]", "[]"), "kefu.yaml:2:27: staff[0].roles：没有写。写 [agent]；可以写的有 agent、lead、manager、leader、butler。"},
		{with(person, "[agent]", "[agnet]"), "kefu.yaml:2:28: staff[0].roles[0]：没有 agnet 这个角色。是不是想写 agent。"},
		{with(person, "[agent]", "[agent, 老板]"), "kefu.yaml:2:35: staff[0].roles[1]：没有 老板 这个角色。可以写的有 agent、lead、manager、leader、butler。"},
		{with(person, "[agent]", "[agent], lead: a"), "kefu.yaml:2:42: staff[0].lead：写了自己。写上一级的 id；没有就删掉这一行。"},
		{with(person, "[agent]", "[agent], lead: b"), "kefu.yaml:2:42: staff[0].lead：没有 b 这个人。写 staff 里某个人的 id。"},
		{with(person, "[agent]", "[agent], duty: 白班"), "kefu.yaml:2:42: staff[0].duty：看不懂“白班”这段时间。写“星期 时:分-时:分”，例如 \"Mon-Sun 08:00-22:00\" 或 \"Workday 09:00-18:00; Sat 09:00-12:00\"，全天写 24h。"},
		{person + "- {id: b, wecom_id: A, name: 乙, roles: [lead]}", "kefu.yaml:3:21: staff[1].wecom_id：两个人写了同一个企业微信账号。企业微信通讯录里一人一个账号。"},
		{with(person, "[agent]", "[agent], lead: b") + "- {id: b, name: 乙, roles: [lead], lead: a}", "kefu.yaml:2:42: staff[0].lead：绕回了自己。改成真正的上一级，或删掉。\n" +
			"kefu.yaml:3:41: staff[1].lead：绕回了自己。改成真正的上一级，或删掉。"},
		{`hours: {work: "Mon-Fri 9-18"}`, "kefu.yaml:1:15: hours.work：看不懂“Mon-Fri 9-18”这段时间。写“星期 时:分-时:分”，例如 \"Mon-Sun 08:00-22:00\" 或 \"Workday 09:00-18:00; Sat 09:00-12:00\"，全天写 24h。"},
	} {
		_, err := Parse("kefu.yaml", []byte(c.text), environment())
		got := ""
		if err != nil {
			got = err.Error()
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s\n%s", c.text, d)
		}
		if strings.Contains(got, "hunter2") || strings.Contains(got, "secret@") {
			t.Errorf("the error shows a secret: %s", got)
		}
	}
}

func TestGoodFilesPass(t *testing.T) {
	for _, text := range []string{
		account, wecom, person, account + wecom + person,
		"store: {mongo: 'mongodb://a:1,b:2/kefu?replicaSet=rs0'}",
		"store: {mongo: 'mongodb+srv://u:p@cluster.example.com/kefu'}",
		"admin: 0.0.0.0:9090\nadmin_public: true",
		"admin: '[::1]:9090'",
		"staff:\n- {id: a, name: 甲, roles: [agent], duty: 'Mon-Fri 22:00-08:00; Sat,Sun 00:00-24:00'}",
		"brand: {name: 一$一, bot: '${BOT:-小$栖}'}",
	} {
		if _, err := Parse("kefu.yaml", []byte(text), environment()); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

func TestEveryNote(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{account + "public_url: http://k.example.com:8443", "kefu.yaml:3:13: public_url：微信只回调 80 和 443 端口。用反向代理把 443 转到 127.0.0.1:8080。\n" +
			"kefu.yaml:3:13: public_url：没有用 HTTPS，路上的人看得到页面内容。给域名配上证书，改成 https://。"},
		{"store: {mongo: mongodb://h/kefu}", "kefu.yaml:1:16: store.mongo：没有配 redis.url，只能开一个实例。要开第二个实例，先配 redis.url。"},
		{"redis: {url: redis://h}", "kefu.yaml:1:14: redis.url：数据在本机的 SQLite 里，只能开一个实例。要开第二个实例，再配 store.mongo。"},
		{with(account, aes, aes+", mode: plain"), "kefu.yaml:2:126: accounts[0].mode：明文模式下没人能证明消息是微信发的。在公众号后台改成安全模式，这里写 mode: safe。"},
		{with(wecom, ", robots: {staff: k}", ""), "kefu.yaml:2:8: wecom.robots：没有客服群的机器人，新单不会在群里出一行。在群里添加机器人，写 robots: {staff: KEY}。"},
		{account + wecom + person, ""},
	} {
		got, err := Parse("kefu.yaml", []byte(c.text), environment())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, got.Notes.Error()); d != "" {
			t.Errorf("%s\n%s", c.text, d)
		}
	}
}

func TestLoadOfNoFile(t *testing.T) {
	_, err := Load("/nowhere/kefu.yaml", environment())
	want := "/nowhere/kefu.yaml: 没有这个文件。把 kefu.example.yaml 复制成 kefu.yaml 再改，或用 --config 指到您的文件；只想看看：kefu demo。"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	dir := t.TempDir()
	want = dir + ": 读不了这个文件（is a directory）。检查它的权限，它应当是一个文件。"
	if _, err := Load(dir, environment()); err == nil || err.Error() != want {
		t.Error(err)
	}
}
