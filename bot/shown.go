package bot

import (
	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/ticket"
)

// shown are the pictures and voices that belong to a case that begins: those sent
// with these words, and those sent before there was a case.
func (s *scene) shown() []ticket.Attachment {
	var files []ticket.Attachment
	for _, p := range s.conv.TakeShown(s.now) {
		files = append(files, ticket.Attachment{Kind: p.Kind, Media: p.Media, From: ticket.ByCustomer, At: p.At})
	}
	for _, m := range s.msgs {
		if m.MediaID != "" {
			files = append(files, ticket.Attachment{Kind: m.Kind, Media: m.MediaID, From: ticket.ByCustomer, At: m.At})
		}
	}
	s.handled = true
	return files
}

// picturesTo puts pictures and voices of these messages to a case.
func (s *scene) picturesTo(t *ticket.Ticket) {
	if s.handled {
		return
	}
	s.handled = true
	for _, m := range s.msgs {
		if m.MediaID != "" {
			s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAdd, Media: m.MediaID, Kind: m.Kind})
		}
	}
}

// keepPictures sees that no picture is lost: what nobody took goes to the case in
// hand, or waits for the one that its words will begin.
func (s *scene) keepPictures() {
	if s.handled {
		return
	}
	for _, m := range s.msgs {
		switch {
		case m.MediaID == "":
			continue
		case len(s.open) > 0:
			was := s.conv.Case
			t := s.byID(was)
			if t == nil {
				t = s.open[0]
			}
			s.picturesTo(t)
			s.conv.Case = was
			return
		case m.Kind == chat.Image || m.Kind == chat.Video:
			s.conv.Show(m.MediaID, m.Kind, m.At)
		}
	}
}
