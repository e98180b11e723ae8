package chat

// Channel is a way out.
type Channel string

// The channels.
const (
	OA    Channel = "oa"    // customer-service and template messages of an Official Account
	WeCom Channel = "wecom" // app messages to staff
	Robot Channel = "robot" // a group's robot, by our name of it: "staff", "escalation"
)

// Address is where something is sent: a customer of an account, a WeCom userid,
// a robot by name.
type Address struct {
	Channel Channel `json:"channel"`
	Account Account `json:"account,omitempty"`
	User    string  `json:"user"`
}

// To is the address of a customer in the Official Account.
func To(c CustomerID) Address {
	a, u := c.Split()
	return Address{Channel: OA, Account: a, User: u}
}

// String is for keys, never for logs: it holds an openid.
func (a Address) String() string { return string(a.Channel) + "/" + string(a.Account) + "/" + a.User }
