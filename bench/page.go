package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"

	"kefu/bot/wechat/sim"
)

const looks = 100

// listPage opens the list of all open cases as the manager does, signed in by
// WeCom, and returns how long each look took, in ms.
func (s *subject) listPage(ctx context.Context) ([]float64, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	wecom, err := url.Parse(s.world.url)
	if err != nil {
		return nil, err
	}
	jar.SetCookies(wecom, []*http.Cookie{{Name: sim.MemberCookie, Value: people[3].id, Path: "/"}})
	c := &http.Client{Jar: jar, Timeout: answerTime}
	var took []float64
	for i := range looks + 5 {
		start := time.Now()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.web+"/in?tab=all", nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 14) wxwork/4.1.30 MicroMessenger/7.0.1")
		res, err := c.Do(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
		if err := res.Body.Close(); err != nil {
			return nil, err
		}
		switch {
		case err != nil:
			return nil, err
		case res.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("空调")):
			return nil, fmt.Errorf("the list of cases: %s at %s, %d bytes without a case", res.Status, res.Request.URL.Path, len(body))
		}
		if i >= 5 { // the first sign in
			took = append(took, float64(time.Since(start))/float64(time.Millisecond))
		}
	}
	return took, nil
}
