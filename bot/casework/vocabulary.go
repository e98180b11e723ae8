package casework

import "regexp"

// betweenRoomAndMatter is what people write between the room and what is wrong there:
// 1208房间的空调.
const betweenRoomAndMatter = " ，,房间的"

// short are dates as they are said to customers; cards write them shorter.
var short = regexp.MustCompile(`(\d+) 月 (\d+) 日`)
