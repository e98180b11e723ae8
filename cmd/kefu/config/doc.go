// Package config reads kefu.yaml: what the company's accounts are called, where
// documents live, who works here.
//
// The file is read strictly. A key that is not known is refused and the nearest
// one that is gets named, `${NAME}` reads the environment and a variable that is
// not there is an error. Everything wrong is told at once, each with file, line,
// column, key and what to do, so that nobody has to start the program ten times.
//
// The YAML library's own strict mode stops at the first fault and cannot say
// where a value came from after it was decoded, so its syntax tree is walked here.
package config
