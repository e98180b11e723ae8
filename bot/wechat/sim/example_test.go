package sim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"kefu/bot/wechat/sim"
)

// A customer writes, and the program calls nobody.
func Example() {
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "success")
	}))
	defer program.Close()

	wechat, err := sim.New(sim.Config{OA: []sim.Account{{
		ID: "hotel", AppID: "wx0123456789abcdef", Secret: "secret", Token: "token",
		AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Webhook: program.URL,
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer wechat.Close()
	api := httptest.NewServer(wechat.Handler()) // the program's calls go to api.URL + "/oa"
	defer api.Close()

	wang := wechat.Customer("hotel", "oABCD0u1v2w3x4y5z6A7B8C9D0E1")
	if err := wang.Say(context.Background(), "1208空调不制冷"); err != nil {
		fmt.Println(err)
	}
	phone := wechat.Phone("hotel", "oABCD0u1v2w3x4y5z6A7B8C9D0E1")
	fmt.Println(phone.Last().Text, phone.Credits.Left)
	// Output: 1208空调不制冷 5
}
