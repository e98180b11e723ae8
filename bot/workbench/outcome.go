package workbench

import "kefu/bot/casework"

// said is what an act came to as an answer. When it succeeded, then follows.
func said(out casework.Outcome, err error) func(then func() error) (string, error) {
	return func(then func() error) (string, error) {
		if err != nil || then == nil {
			return out.Say, err
		}
		return out.Say, then()
	}
}

func refusal(say string) error { return casework.Refusal{Say: say} }
