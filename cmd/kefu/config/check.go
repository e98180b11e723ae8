package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// check says everything that is wrong with c to r, where it stands in the file.
func (c *Config) check(r *reader) {
	c.checkAddresses(r)
	c.checkEngines(r)
	seen := map[string]bool{}
	for i := range c.Accounts {
		c.checkAccount(r, &c.Accounts[i], fmt.Sprintf("accounts[%d]", i), seen)
	}
	c.checkWecom(r)
	c.checkLLM(r)
	c.checkHours(r)
	c.checkKeep(r)
	c.checkStaff(r)
}

// fail complains about key unless something was said of it already. A key that
// is not in the file is placed at the nearest part of it that is.
func (r *reader) fail(key, wrong, remedy string) {
	if !r.bad[key] {
		r.complain(r.place(key), key, wrong, remedy)
	}
}

func (r *reader) place(key string) place {
	for key != "" {
		if p, ok := r.at[key]; ok {
			return p
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return place{1, 1}
}

// note adds to what is not wrong but could be better.
func (c *Config) note(r *reader, key, wrong, remedy string) {
	p := r.place(key)
	c.Notes = append(c.Notes, Problem{r.file, p.line, p.column, key, wrong, remedy})
}

// need fails when a value is missing.
func (r *reader) need(key, value, remedy string) bool {
	if value == "" {
		r.fail(key, "没有写", remedy)
	}
	return value != ""
}

func (c *Config) checkAddresses(r *reader) {
	okListen := r.checkListen("listen", c.Listen)
	okAdmin := r.checkListen("admin", c.Admin)
	if okListen && okAdmin && c.Listen == c.Admin {
		r.fail("admin", "和 listen 是同一个地址", "换一个端口，例如 127.0.0.1:9090")
	}
	if okAdmin && !c.AdminPublic && !loopback(c.Admin) {
		r.fail("admin", "别的机器也能打开这个地址，上面有运行数据和性能剖析",
			"写成 127.0.0.1:9090；确实要从别处打开，另写一行 admin_public: true")
	}
	if c.PublicURL == "" {
		if r.given["wecom"] {
			r.fail("public_url", "没有写，企业微信卡片上的链接要用它", "写公网能打开的网址，例如 https://kefu.example.com")
		}
		return
	}
	u := r.checkURL("public_url", &c.PublicURL, "例如 https://kefu.example.com")
	if u == nil {
		return
	}
	if p := u.Port(); p != "" && p != "80" && p != "443" && c.real() {
		c.note(r, "public_url", "微信只回调 80 和 443 端口", "用反向代理把 443 转到 "+c.Listen)
	}
	if u.Scheme == "http" && c.real() {
		c.note(r, "public_url", "没有用 HTTPS，路上的人看得到页面内容", "给域名配上证书，改成 https://")
	}
}

// real says that an account is at WeChat itself, not at a simulator.
func (c *Config) real() bool {
	return slices.ContainsFunc(c.Accounts, func(a Account) bool { return a.API == OAAPI })
}

func (r *reader) checkListen(key, addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" {
		r.fail(key, "不是“主机:端口”", "例如 127.0.0.1:8080；对所有网卡开放写 0.0.0.0:8080")
		return false
	}
	return true
}

func loopback(addr string) bool {
	host, _, _ := net.SplitHostPort(addr)
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// checkURL wants http or https and a host, cuts slashes off the end, and returns
// the URL, or nil after a complaint.
func (r *reader) checkURL(key string, s *string, example string) *url.URL {
	*s = strings.TrimRight(*s, "/")
	u, err := url.Parse(*s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		r.fail(key, "不是网址", "以 https:// 开头，"+example)
	case u.User != nil:
		r.fail(key, "网址里有用户名或密码", "把它们去掉，"+example)
	case u.RawQuery != "" || u.Fragment != "":
		r.fail(key, "网址里有 ? 或 #", "只留到路径为止，"+example)
	default:
		return u
	}
	return nil
}

func (c *Config) checkEngines(r *reader) {
	r.need("data", c.Data, "写一个文件夹，例如 ./kefu-data")
	r.need("pack", c.Pack, "写包的名字（hotel）或文件夹")
	if m := c.Store.Mongo.Reveal(); m != "" {
		switch u, err := url.Parse(m); {
		case err != nil || u.Scheme != "mongodb" && u.Scheme != "mongodb+srv" || u.Host == "":
			if !manyHosts(m) {
				r.fail("store.mongo", "不是 MongoDB 的地址", "例如 mongodb://localhost:27017/kefu；用 SQLite 就删掉这一行")
			}
		case strings.Trim(u.Path, "/") == "":
			r.fail("store.mongo", "没有写数据库名", "加在地址后面，例如 mongodb://localhost:27017/kefu")
		}
	}
	if s := c.Redis.URL.Reveal(); s != "" {
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "redis" && u.Scheme != "rediss" || u.Host == "" {
			r.fail("redis.url", "不是 Redis 的地址", "例如 redis://localhost:6379/0；用内置的就删掉这一行")
		}
	}
	if c.Store.Mongo != "" && c.Redis.URL == "" {
		c.note(r, "store.mongo", "没有配 redis.url，只能开一个实例", "要开第二个实例，先配 redis.url")
	}
	if c.Store.Mongo == "" && c.Redis.URL != "" {
		c.note(r, "redis.url", "数据在本机的 SQLite 里，只能开一个实例", "要开第二个实例，再配 store.mongo")
	}
}

// manyHosts accepts mongodb://a:1,b:2/db, which net/url does not.
func manyHosts(s string) bool {
	rest, ok := strings.CutPrefix(s, "mongodb://")
	hosts, path, slash := strings.Cut(rest, "/")
	db, _, _ := strings.Cut(path, "?")
	return ok && slash && strings.Contains(hosts, ",") && db != ""
}

func (c *Config) checkWecom(r *reader) {
	w := &c.Wecom
	if !r.given["wecom"] {
		return
	}
	const where = "企业微信管理后台"
	if r.need("wecom.corp_id", w.CorpID, where+"“我的企业”最下面的企业 ID") && !corpID(w) {
		r.fail("wecom.corp_id", "不像企业 ID", "它以 ww 或 wx 开头，共 18 个字符，在"+where+"“我的企业”最下面")
	}
	if w.AgentID <= 0 {
		r.fail("wecom.agent_id", "没有写，或不是正整数", "在"+where+"“应用管理”里这个应用的页面上")
	}
	r.need("wecom.secret", w.Secret.Reveal(), "应用页面上的 Secret，建议写 ${WECOM_SECRET}")
	const callback = "应用页面“接收消息”里的"
	r.checkToken("wecom.token", w.Token, callback+" Token")
	if r.need("wecom.aes_key", w.AESKey.Reveal(), callback+" EncodingAESKey") {
		r.checkAESKey("wecom.aes_key", w.AESKey)
	}
	r.checkURL("wecom.api", &w.API, "一般不用写，默认 "+WecomAPI)
	for name, key := range w.Robots {
		at := "wecom.robots." + name
		if strings.Contains(key.Reveal(), "/") {
			r.fail(at, "这里只要机器人的 key，不要整个网址", "取 Webhook 地址里 key= 后面那一段")
		} else {
			r.need(at, key.Reveal(), "取群机器人 Webhook 地址里 key= 后面那一段；没有这个群就删掉这一行")
		}
	}
	if _, ok := w.Robots["staff"]; !ok && w.On() {
		c.note(r, "wecom.robots", "没有客服群的机器人，新单不会在群里出一行", "在群里添加机器人，写 robots: {staff: KEY}")
	}
}

func corpID(w *Wecom) bool {
	if w.API != WecomAPI { // a simulator has ids of its own
		return wordID.MatchString(w.CorpID)
	}
	return corpForm.MatchString(w.CorpID)
}
