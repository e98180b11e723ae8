package demo

import (
	"kefu/bot/staff"
	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/config"
)

const (
	account = "hotel" // id of the Official Account
	brand   = "栖云酒店"
	appID   = "wx5e1f0d3c7a9b2468"
	corpID  = "ww8c2d4e6f0a1b3579"
	agentID = 1000002
	notice  = "DEMO_TICKET_UPDATE_TEMPLATE_0000000000000001" // id of the template message
)

// person is a customer with a phone on the page.
type person struct {
	OpenID, Name, Tier, Note string
}

// The customers there are at the beginning, in the order of the page.
var (
	wang = person{"oKefuDemo00wangNvShi00000001", "王女士", "普通", "住 1208，上月投诉过一次"}
	zhou = person{"oKefuDemo00zhouNvShi00000002", "周女士", "新客", "刚到，还没关注"}
	zhao = person{"oKefuDemo00zhaoNvShi00000003", "赵女士", "金卡", "第 24 次住，0916"}
	li   = person{"oKefuDemo00liXianSheng000004", "李先生", "银卡", "前天离店，落下充电器"}

	customers = []person{wang, zhou, zhao, li}
)

// team is who works here.
func team() []staff.Person {
	const day = "Mon-Sun 08:00-22:00"
	return []staff.Person{
		{ID: "fd01", Name: "前台一号", ShownAs: "小陈", Roles: []string{staff.Agent}, Team: "front", Duty: day, Above: "lead01"},
		{ID: "fd02", Name: "前台二号", ShownAs: "小何", Roles: []string{staff.Agent}, Team: "front", Duty: day, Above: "lead01"},
		{ID: "lead01", Name: "客服组长", ShownAs: "陈静", Roles: []string{staff.Lead}, Team: "front", Duty: day, Above: "mgr01", Phone: "13800002001"},
		{ID: "mgr01", Name: "客服经理", ShownAs: "刘峰", Roles: []string{staff.Manager}, Team: "cs", Phone: "13800002002"},
		{ID: "gm01", Name: "总经理", ShownAs: "周总", Roles: []string{staff.Leader}, Team: "office", Phone: "13800002005", They: "他"},
		{ID: "eng01", Name: "工程师", ShownAs: "王师傅", Roles: []string{staff.Agent}, Team: "eng", Phone: "13800002003"},
		{ID: "night01", Name: "前台夜班", ShownAs: "小周", Roles: []string{staff.Agent}, Team: "front", Duty: "Mon-Sun 22:00-08:00", Above: "mgr01"},
		{ID: "butler01", Name: "贵宾管家", ShownAs: "林悦", Roles: []string{staff.Butler}, Team: "cs", Duty: day, Phone: "13800002004", They: "她"},
	}
}

// jobs is what somebody does, in a word for the page.
var jobs = map[string]string{
	"fd01": "前台", "fd02": "前台", "lead01": "组长", "mgr01": "经理", "gm01": "总经理", "eng01": "工程部", "night01": "夜班", "butler01": "管家",
}

// settings is the configuration of the demo, reached under url.
func settings(o Options, url string, k keys) *config.Config {
	c := config.Default()
	c.Listen, c.Admin = o.Addr, "127.0.0.1:0"
	c.PublicURL, c.Data, c.Pack, c.Prompts = url, o.Data, o.Pack, o.Prompts
	c.Brand = config.Brand{Name: brand, Bot: "小栖", Hotline: "总机 0"}
	c.Accounts = []config.Account{{
		ID: account, AppID: appID, AppSecret: config.Secret(k.Secret), Token: config.Secret(k.Token), AESKey: config.Secret(k.AESKey),
		Mode: config.Safe, API: url + "/sim/oa", MsgMenu: true, PrivacyURL: url + "/demo/privacy",
		Templates: map[string]config.Template{"ticket_update": {ID: notice, Fields: map[string]string{
			"character_string1": "{no}", "thing2": "{title}", "phrase3": "{state}", "time4": "{time}", "thing5": "点开查看并回复",
		}}},
	}}
	c.Wecom = config.Wecom{
		CorpID: corpID, AgentID: agentID, Secret: config.Secret(k.WecomSecret), Token: config.Secret(k.WecomToken),
		AESKey: config.Secret(k.WecomAESKey), API: url + "/sim/wecom",
		Robots: map[string]config.Secret{"staff": config.Secret(k.Staff), "escalation": config.Secret(k.Escalation)},
	}
	masked := true // as for a model outside the house
	c.LLM.BaseURL, c.LLM.Model, c.LLM.Mask = url+"/model/v1", "demo", &masked
	c.Staff = team()
	return c
}

// platform is what the simulator's consoles would say of the same account and
// company. Pushes go nowhere until the program is there to take them.
func platform(url string, k keys, c *clock) sim.Config {
	oa := sim.Account{
		ID: account, Name: brand, AppID: appID, Secret: k.Secret, Token: k.Token, AESKey: k.AESKey,
		Templates: []sim.Template{{
			ID: notice, Title: "服务进度提醒",
			Content: "编号：{{character_string1.DATA}}\n事项：{{thing2.DATA}}\n进度：{{phrase3.DATA}}\n时间：{{time4.DATA}}\n备注：{{thing5.DATA}}",
		}},
	}
	for _, p := range []person{wang, zhao, li} {
		oa.Customers = append(oa.Customers, sim.Person{OpenID: p.OpenID, Name: p.Name})
	}
	w := sim.WeCom{
		CorpID: corpID, AgentID: agentID, Secret: k.WecomSecret, Token: k.WecomToken, AESKey: k.WecomAESKey,
		Robots: map[string]string{"staff": k.Staff, "escalation": k.Escalation},
	}
	for _, p := range team() {
		w.Members = append(w.Members, sim.Member{UserID: p.ID, Name: p.ShownAs, Left: false})
	}
	return sim.Config{Base: url + "/sim", OA: []sim.Account{oa}, WeCom: w, Now: c.now}
}
