package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kefu/bot/wechat"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
)

const (
	maxSkew  = 30 * time.Second
	maxStaff = 200 // colleagues looked up in WeCom
)

func (d *Doctor) account(ctx context.Context, a config.Account, tokens wechat.Cache) {
	about := "公众号 " + a.ID
	out, err := app.Account(a, tokens, nil, d.now)
	if err != nil {
		d.wrong(about, err.Error(), "检查 accounts 里这一项。")
		return
	}
	if d.call(about+" 的令牌和 IP 白名单", "通", out.CheckToken(ctx)) && len(a.Templates) > 0 {
		list, err := out.TemplateList(ctx)
		if d.call(about+" 的模板", fmt.Sprintf("账号里有 %d 个", len(list)), err) {
			for _, fault := range out.TemplateFaults(list) {
				d.wrong(about+" 的模板", strings.TrimSuffix(fault, "。"), "照公众平台“模板消息”里的详情改 templates。")
			}
		}
	}
	d.callback(ctx, about+" 的回调", "/wechat/oa/"+a.ID, func(ts, nonce, echo string) (url.Values, error) {
		return url.Values{"signature": {wechat.Signature(a.Token.Reveal(), ts, nonce)}, "echostr": {echo}}, nil
	})
}

func (d *Doctor) wecom(ctx context.Context, tokens wechat.Cache) {
	const about = "企业微信"
	if !d.cfg.Wecom.On() {
		d.mind(about, "没有配，员工收不到单", "在 wecom 里写上企业和应用，见 kefu.example.yaml。")
		return
	}
	out, err := app.WeCom(d.cfg, tokens, nil, "", d.now)
	if err != nil {
		d.wrong(about, err.Error(), "检查 wecom。")
		return
	}
	if d.call(about+" 的令牌和可信 IP", "通", out.CheckToken(ctx)) {
		d.staff(ctx, out.UserActive)
	}
	cipher, err := app.WeComCipher(d.cfg.Wecom)
	if err != nil {
		d.wrong(about, err.Error(), "检查 token 和 aes_key。")
		return
	}
	d.callback(ctx, about+" 的回调", "/wecom/app", func(ts, nonce, echo string) (url.Values, error) {
		at, err := strconv.ParseInt(ts, 10, 64)
		if err != nil {
			return nil, err
		}
		sealed, signature, err := cipher.Encrypt([]byte(echo), nonce, at, 0)
		return url.Values{"msg_signature": {signature}, "echostr": {sealed}}, err
	})
}

// staff looks whether everybody in the configuration can get a card.
func (d *Doctor) staff(ctx context.Context, active func(context.Context, string) (bool, error)) {
	people := d.cfg.Staff[:min(len(d.cfg.Staff), maxStaff)]
	var missing []string
	for _, p := range people {
		id := p.WecomID
		if id == "" {
			id = p.ID
		}
		ok, err := active(ctx, id)
		if err != nil {
			d.call("员工 "+p.Name, "", err)
			return
		}
		if !ok {
			missing = append(missing, p.Name)
		}
	}
	switch {
	case len(people) == 0:
		d.mind("员工", "一个也没有配，没有人接单", "在 staff 里写上人，见 kefu.example.yaml。")
	case len(missing) > 0:
		d.wrong("员工", strings.Join(missing, "、")+" 收不到应用的消息",
			"到企业微信管理后台核对 wecom_id，并把人加进应用的可见范围。")
	default:
		d.well("员工", fmt.Sprintf("%d 人都收得到", len(people)))
	}
}

// callback asks our own callback as the platform does, over the public address.
func (d *Doctor) callback(ctx context.Context, about, path string, sign func(ts, nonce, echo string) (url.Values, error)) {
	local := "http://" + loopback(d.cfg.Listen) + path
	base := d.cfg.PublicURL + path
	if d.cfg.PublicURL == "" {
		base = local
	}
	err := d.echo(ctx, base, sign)
	switch {
	case err == nil && d.cfg.PublicURL == "":
		d.mind(about, "在本机通", "写上 public_url，让微信也找得到。")
	case err == nil:
		d.well(about, base+" 通")
	case base != local && d.echo(ctx, local, sign) == nil:
		d.wrong(about, base+" 不通（"+err.Error()+"），本机通", "检查域名、证书，和反向代理有没有转到 "+d.cfg.Listen+"。")
	default:
		d.wrong(about, base+" 不通（"+err.Error()+"）", "先在另一个窗口运行 kefu serve，再看一次。")
	}
}

var (
	errSilent = errors.New("没有回音")
	errEcho   = errors.New("答的不是要的")
)

func (d *Doctor) echo(ctx context.Context, to string, sign func(ts, nonce, echo string) (url.Values, error)) error {
	ts, nonce, echo := strconv.FormatInt(d.now().Unix(), 10), rand.Text()[:10], rand.Text()
	q, err := sign(ts, nonce, echo)
	if err != nil {
		return err
	}
	q.Set("timestamp", ts)
	q.Set("nonce", nonce)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to+"?"+q.Encode(), nil)
	if err != nil {
		return errSilent
	}
	res, err := d.http.Do(r)
	if err != nil {
		return errSilent // the error quotes the signature
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	switch {
	case err != nil:
		return errSilent
	case res.StatusCode == http.StatusForbidden:
		return errors.New("签名没有认，运行中的 kefu 用的是别的 token 或密钥")
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("HTTP %d", res.StatusCode)
	case string(body) != echo:
		return errEcho
	}
	return nil
}

// loopback is how this machine reaches its own listen address.
func loopback(listen string) string {
	for _, all := range []string{"0.0.0.0:", "[::]:"} {
		if port, ok := strings.CutPrefix(listen, all); ok {
			return "127.0.0.1:" + port
		}
	}
	if strings.HasPrefix(listen, ":") {
		return "127.0.0.1" + listen
	}
	return listen
}
