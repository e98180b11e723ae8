package incident

// Pin names the group of an item after its incident. Its words are kept as they
// are, though items leave the window, until [Groups.Drop]: later complaints find it.
// Nothing happens when the item is not held, or its group is another incident's.
func (s *Groups) Pin(item, name string) {
	e := s.byID[item]
	if e == nil || e.group.pinned {
		return
	}
	g := e.group
	if have := s.pins[name]; have != nil && have != g { // it has a group: this one belongs to it
		s.merge(have, g)
		return
	}
	g.open()
	g.name, g.pinned = name, true
	s.pins[name] = g
	for at := range g.terms {
		s.posts[at].pins++
	}
}

// Drop forgets an incident's group and its items: what comes now is counted anew.
func (s *Groups) Drop(name string) {
	g := s.pins[name]
	if g == nil {
		return
	}
	delete(s.pins, name)
	for at := range g.terms {
		s.unpin(at)
	}
	g.pinned = false
	for _, e := range g.entries { // they go with the window; nothing is alike them any more
		delete(s.byID, e.ID)
	}
	s.remove(g)
}

func (s *Groups) unpin(at place) {
	s.posts[at].pins--
	s.spare(at)
}
