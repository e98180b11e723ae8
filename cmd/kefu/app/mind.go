package app

import (
	"context"
	"fmt"

	"kefu/bot"
	"kefu/bot/answer"
	"kefu/bot/casework"
	"kefu/bot/knowledge"
	"kefu/bot/wording"
	"kefu/prompts"
)

// openMind makes what a language model adds, when there is one to ask.
func (a *App) openMind(context.Context) error {
	if !a.Model.On() {
		return nil
	}
	in, err := prompts.ReadInstructions(wordsOf(a.Pack()))
	if err != nil {
		return fmt.Errorf("app: what a model is told: %w", err)
	}
	var model answer.Model = a.Model
	if a.opts.Model != nil {
		model = a.opts.Model(model)
	}
	var names []string
	for _, d := range a.Pack().Departments {
		names = append(names, d.Title)
	}
	a.mind = answer.New(answer.Options{Model: model, Instructions: in, Allowed: func(text string) wording.Verdict { return a.Pack().Allowed(text) }, Names: names})
	return nil
}

// minds is the model's part for the bot, none without a model.
func (a *App) minds() bot.Mind {
	if a.mind == nil {
		return nil
	}
	return a.mind
}

// assistant is the model's part for staff, none without a model.
func (a *App) assistant() casework.Assistant {
	if a.mind == nil {
		return nil
	}
	return a.mind
}

// passages are articles that may help staff to answer a text.
func (a *App) passages(text string) []*knowledge.Article {
	return a.Know.Ask(text, knowledge.Everyone, a.now()).Articles()
}
