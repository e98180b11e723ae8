package config

import _ "embed"

//go:embed sample.yaml
var sample string

// Sample is a file to start from, with every key explained. The same text stands
// in the repository as kefu.example.yaml.
func Sample() string { return sample }
