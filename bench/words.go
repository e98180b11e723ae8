package main

// inquiries are questions that the hotel's articles answer: whole
// sentences, for half a sentence waits for the other half.
var inquiries = []string{
	"早餐几点到几点？", "可以送餐到房间吗？", "早餐多少钱一位？", "小孩吃早餐要钱吗？", "儿童早餐怎么收费？",
	"送餐几点到几点？", "周末早餐几点？", "早餐在哪里吃？", "婚宴一桌多少钱？", "酒席多少钱一桌？",
}

// complaints open a case each. All are of guests in the house: what they say is
// acted on at night as well.
var complaints = []string{
	"1208的空调不制冷，热得睡不着", "1309房间没有打扫，地上都是头发", "我在1105，隔壁装修太吵了，没法休息",
	"住1602，前台态度很差，等了半个小时没人理", "1420卫生间漏水，地上全是水", "1511热水不热，洗澡都是凉的",
}
