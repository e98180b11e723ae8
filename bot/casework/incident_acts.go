package casework

import (
	"context"
	"errors"

	"kefu/bot/incident"
	"kefu/bot/staff"
	"kefu/prompts"
	"kefu/store"
)

// MayRule says whether somebody may end an incident and set its wording.
func (d *Desk) MayRule(by string) bool {
	p := d.person(by)
	return p.Is(staff.Manager) || p.Is(staff.Leader)
}

// incidentAct changes an open incident for somebody of the staff.
func (d *Desk) incidentAct(ctx context.Context, by string, id incident.ID, do func(in *incident.Incident) error) (*incident.Incident, error) {
	if d.person(by).ID == "" {
		return nil, d.refusal(prompts.StaffErrNotStaff, nil)
	}
	in, err := d.changeIncident(ctx, id, do)
	if errors.Is(err, incident.ErrEnded) {
		if in, err = d.Events.Book.Get(ctx, id); err != nil {
			return nil, err
		}
		return nil, d.refusal(prompts.StaffIncidentOver, prompts.Vars{"no": in.No, "at": d.at(in.Ended)})
	}
	return in, err
}

// TakeIncident makes somebody the one who handles an incident (我来处理).
func (d *Desk) TakeIncident(ctx context.Context, by string, id incident.ID) (string, error) {
	in, err := d.incidentAct(ctx, by, id, func(in *incident.Incident) error {
		if in.State != incident.Open {
			return incident.ErrEnded
		}
		if in.Owner == by {
			return store.ErrUnchanged
		}
		in.Owner = by
		d.refreshIncident(in)
		return nil
	})
	if err != nil {
		return "", err
	}
	return d.Words.Line(prompts.StaffIncidentTaken, prompts.Vars{"no": in.No}), nil
}
