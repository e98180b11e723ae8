package casework

// betweenRoomAndMatter is what people write between the room and what is wrong there:
// 1208房间的空调.
const betweenRoomAndMatter = " ，,房间的"
