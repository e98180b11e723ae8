package casework

import "regexp"

// betweenRoomAndMatter is what people write between the room and what is wrong there:
// 1208房间的空调.
const betweenRoomAndMatter = " ，,房间的"

// sums are amounts of money in words for a customer.
var sums = regexp.MustCompile(`(\d[\d,]*(?:\.\d{1,2})?)\s*(?:元|块)`)

// short are dates as they are said to customers; cards write them shorter.
var short = regexp.MustCompile(`(\d+) 月 (\d+) 日`)
